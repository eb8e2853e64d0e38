/// What the transfers of responses, failures and release messages have in common: a sequence of correlation, then
/// device ID, NAS PDU or cause where the message has them, then diagnostics where there are any.
struct OutcomeTransfer {
    enum Field {
        case deviceID
        case nasPDU
        case cause
    }

    var correlation: Int
    var deviceID: UInt32?
    var nasPDU: [UInt8]?
    var cause: Cause?
    /// Whether the type has diagnostics at all; the release request has none.
    var canHaveDiagnostics = true
    var diagnostics: CriticalityDiagnostics?
}

extension IEReader {
    func outcomeTransfer(
        _ id: Int, _ fields: Set<OutcomeTransfer.Field>, canHaveDiagnostics: Bool = true
    ) throws(NGAPDecodingError) -> OutcomeTransfer {
        try transfer(id) { (reader) throws(NGAPDecodingError) in
            let preamble = try reader.preamble(optionals: canHaveDiagnostics ? 1 : 0)
            var transfer = OutcomeTransfer(correlation: try reader.correlation())
            if fields.contains(.deviceID) { transfer.deviceID = try reader.ranDeviceNGAPID() }
            if fields.contains(.nasPDU) { transfer.nasPDU = try reader.octetString() }
            if fields.contains(.cause) { transfer.cause = try Cause(from: &reader) }
            if preamble[0] { transfer.diagnostics = try CriticalityDiagnostics(from: &reader) }
            try reader.skipExtensions(preamble)
            return transfer
        }
    }

    func correlation() throws(NGAPDecodingError) -> Int {
        try required(IE.correlationIdentifier) { (reader) throws(NGAPDecodingError) in try reader.correlation() }
    }

    func cause() throws(NGAPDecodingError) -> Cause? {
        try optional(IE.cause) { (reader) throws(NGAPDecodingError) in try Cause(from: &reader) }
    }

    func ranDeviceNGAPID() throws(NGAPDecodingError) -> UInt32 {
        try required(IE.ranDeviceNGAPID) { (reader) throws(NGAPDecodingError) in try reader.ranDeviceNGAPID() }
    }
}

extension IEWriter {
    mutating func add(
        outcomeTransfer id: Int, _ criticality: Criticality, _ transfer: OutcomeTransfer
    ) throws(NGAPEncodingError) {
        try addTransfer(id, criticality) { (writer) throws(NGAPEncodingError) in
            if transfer.canHaveDiagnostics {
                writer.preamble(transfer.diagnostics != nil)
            } else {
                writer.preamble()
            }
            try writer.correlation(transfer.correlation)
            if let deviceID = transfer.deviceID { try writer.ranDeviceNGAPID(deviceID) }
            if let nasPDU = transfer.nasPDU { try writer.octetString(nasPDU) }
            if let cause = transfer.cause { try cause.write(to: &writer) }
            try transfer.diagnostics?.write(to: &writer)
        }
    }

    mutating func add(cause: Cause) throws(NGAPEncodingError) {
        try add(IE.cause, .ignore) { (writer) throws(NGAPEncodingError) in try cause.write(to: &writer) }
    }

    mutating func add(ranDeviceNGAPID id: UInt32, _ criticality: Criticality) throws(NGAPEncodingError) {
        try add(IE.ranDeviceNGAPID, criticality) { (writer) throws(NGAPEncodingError) in
            try writer.ranDeviceNGAPID(id)
        }
    }
}
