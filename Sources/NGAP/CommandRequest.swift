/// Command Request, procedure 84: a NAS PDU for a device.
package struct CommandRequest: Hashable, Sendable {
    package var session: AIoTSessionName
    package var ranDeviceNGAPID: UInt32
    /// Empty: nothing more is due to this device (*ours*).
    package var nasPDU: [UInt8]
    /// estimateofExpectedD2RMsgSize, octets, 1...256.
    package var expectedD2RMsgSize: Int?
    /// The assistance IE is there though it holds nothing.
    package var hasEmptyAssistance: Bool

    package init(
        session: AIoTSessionName, ranDeviceNGAPID: UInt32, nasPDU: [UInt8], expectedD2RMsgSize: Int? = nil,
        hasEmptyAssistance: Bool = false
    ) {
        self.session = session
        self.ranDeviceNGAPID = ranDeviceNGAPID
        self.nasPDU = nasPDU
        self.expectedD2RMsgSize = expectedD2RMsgSize
        self.hasEmptyAssistance = hasEmptyAssistance
    }
}

extension CommandRequest {
    private static let transferIEs: Set<Int> = [
        IE.correlationIdentifier, IE.ranDeviceNGAPID, IE.nasPDU, IE.commandAssistanceInformation,
    ]

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let known = AIoTSessionName.ies.union([IE.ranDeviceNGAPID, IE.commandRequestTransfer])
        let container = try IEReader(from: &reader, known: known)
        session = try AIoTSessionName(from: container)
        ranDeviceNGAPID = try container.ranDeviceNGAPID()
        let transfer = try container.transfer(IE.commandRequestTransfer) { (reader) throws(NGAPDecodingError) in
            try IEReader(from: &reader, known: Self.transferIEs)
        }
        reader.notify(transfer.notified)
        _ = try transfer.correlation()
        _ = try transfer.ranDeviceNGAPID()
        nasPDU = try transfer.required(IE.nasPDU) { (reader) throws(NGAPDecodingError) in try reader.octetString() }
        let assistance = try transfer.optional(IE.commandAssistanceInformation) {
            (reader) throws(NGAPDecodingError) -> Int? in
            let preamble = try reader.preamble(optionals: 1)
            let size = preamble[0] ? try reader.extensible(root: 1...256) : nil
            try reader.skipExtensions(preamble)
            return size
        }
        expectedD2RMsgSize = assistance ?? nil
        hasEmptyAssistance = assistance == .some(nil)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.add(ranDeviceNGAPID: ranDeviceNGAPID, .reject)
        try container.addTransfer(IE.commandRequestTransfer, .reject) { (writer) throws(NGAPEncodingError) in
            try writeTransfer(to: &writer)
        }
        try container.write(to: &writer)
    }

    private func writeTransfer(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var transfer = IEWriter()
        try transfer.add(IE.correlationIdentifier, .reject) { (writer) throws(NGAPEncodingError) in
            try writer.correlation(session.correlationIdentifier)
        }
        try transfer.add(ranDeviceNGAPID: ranDeviceNGAPID, .reject)
        try transfer.add(IE.nasPDU, .reject) { (writer) throws(NGAPEncodingError) in try writer.octetString(nasPDU) }
        if expectedD2RMsgSize != nil || hasEmptyAssistance {
            try transfer.add(IE.commandAssistanceInformation, .reject) { (writer) throws(NGAPEncodingError) in
                writer.preamble(expectedD2RMsgSize != nil)
                if let expectedD2RMsgSize { try writer.extensible(expectedD2RMsgSize, root: 1...256) }
            }
        }
        try transfer.write(to: &writer)
    }
}
