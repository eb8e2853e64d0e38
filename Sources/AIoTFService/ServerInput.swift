package import AIoTF

/// Something that happened around the AIoTF.
package enum ServerInput: Sendable {
    /// `peer` is its address, and the name in its certificate.
    case connected(ReaderID, peer: String)
    /// A PDU; empty for a probe.
    case received(ReaderID, [UInt8])
    case disconnected(ReaderID)
    case requested(ControlClientID, ControlRequest)
    case clientLeft(ControlClientID)
}

/// A client of the control socket.
package struct ControlClientID: Hashable, Sendable {
    package var value: Int
    package init(_ value: Int) { self.value = value }
}

/// Where clients of the control socket are told something; nothing here blocks, and clients that are gone are ignored.
package protocol ControlClients: Sendable {
    /// - Parameter isLast: nothing more comes for this client.
    func tell(_ line: ControlLine, to client: ControlClientID, isLast: Bool)
}
