/// Names one connection of a `LinkServer`; never given twice.
package struct ConnectionID: Hashable, Sendable, CustomStringConvertible {
    package let number: UInt64

    package init(number: UInt64) { self.number = number }

    package var description: String { "\(number)" }
}

/// What a `LinkServer` tells its user.
package enum ServerEvent: Sendable {
    /// It listens at this address, which `LinkAddress` parses.
    case listening(String)
    /// A connection stands; `peer` is its address, and with TLS the name in its certificate.
    case connected(ConnectionID, peer: String)
    /// A PDU, or a probe, which is empty: answer that with an empty one once everything before it is durable. Each
    /// counts against the connection's credit until `processed(_:)`.
    case received(ConnectionID, [UInt8])
    /// It is gone; names the cause. Comes once for each `connected`, as its last.
    case disconnected(ConnectionID, reason: String)
}

/// The bounds of a `LinkServer` (*ours*).
package struct ServerLimits: Hashable, Sendable {
    /// Connections that stand; more are turned away.
    package var connections = 256
    /// Connections whose TLS handshake is not done; past it the oldest of them makes room.
    package var handshakes = 64
    /// Seconds for a TLS handshake.
    package var handshakeSeconds = 5
    /// Seconds until the first PDU.
    package var firstPDUSeconds = 60
    /// Milliseconds of silence of a peer that has sent a probe before; with a look every 250 ms it is dead within 5 s.
    package var silenceMilliseconds = 4_500
    /// PDUs of a connection that the user may leave unprocessed before reading from it stops.
    package var credit = 256
    /// Octets that may wait to be taken by the system for one connection; past them it is closed.
    package var queueLimit = 1_024 * 1_024

    package init() {}
}
