/// Every NGAP PDU of the A-IoT procedures (`spec/3 "PDUs"`, TS 38.413 V19.2.0, aligned PER).
package enum NGAPPDU: Hashable, Sendable {
    case ngSetupRequest(NGSetupRequest)
    case ngSetupResponse(NGSetupResponse)
    case ngSetupFailure(NGSetupFailure)
    case inventoryRequest(InventoryRequest)
    case inventoryResponse(InventoryResponse)
    case inventoryFailure(InventoryFailure)
    case inventoryReport(InventoryReport)
    case commandRequest(CommandRequest)
    case commandResponse(CommandResponse)
    case commandFailure(CommandFailure)
    case aiotSessionReleaseCommand(AIOTSessionReleaseCommand)
    case aiotSessionReleaseComplete(AIOTSessionReleaseComplete)
    case aiotSessionReleaseRequest(AIOTSessionReleaseRequest)
    case errorIndication(ErrorIndication)

    /// Which of the three kinds of message a PDU is.
    private enum Kind: UInt64 {
        case initiatingMessage = 0
        case successfulOutcome = 1
        case unsuccessfulOutcome = 2
    }

    /// The PDU that `octets` hold; octets behind its end are refused.
    package init(decoding octets: [UInt8]) throws(NGAPDecodingError) {
        self = try Self.decode(octets).pdu
    }

    /// The PDU that `octets` hold, and the unknown IEs with criticality notify that were skipped: the receiver goes on
    /// and tells the sender in an Error Indication or in the diagnostics of its answer.
    package static func decode(
        _ octets: [UInt8]
    ) throws(NGAPDecodingError) -> (pdu: NGAPPDU, notified: [CriticalityDiagnostics.Item]) {
        var reader = PERReader(octets)
        guard try !reader.flag(), let kind = Kind(rawValue: try reader.bits(2)) else { throw .unusedChoice }
        let procedure = try reader.constrained(0...255)
        _ = try Criticality(from: &reader)
        let value = try reader.octetString()
        guard reader.untouchedOctets == 0 else { throw .trailingOctets(reader.untouchedOctets) }
        var body = PERReader(value)
        let pdu = try message(kind, procedure, from: &body)
        return (pdu, body.notified)
    }

    private static func message(
        _ kind: Kind, _ procedure: Int, from reader: inout PERReader
    ) throws(NGAPDecodingError) -> NGAPPDU {
        switch (procedure, kind) {
        case (21, .initiatingMessage): .ngSetupRequest(try NGSetupRequest(from: &reader))
        case (21, .successfulOutcome): .ngSetupResponse(try NGSetupResponse(from: &reader))
        case (21, .unsuccessfulOutcome): .ngSetupFailure(try NGSetupFailure(from: &reader))
        case (82, .initiatingMessage): .inventoryRequest(try InventoryRequest(from: &reader))
        case (82, .successfulOutcome): .inventoryResponse(try InventoryResponse(from: &reader))
        case (82, .unsuccessfulOutcome): .inventoryFailure(try InventoryFailure(from: &reader))
        case (83, .initiatingMessage): .inventoryReport(try InventoryReport(from: &reader))
        case (84, .initiatingMessage): .commandRequest(try CommandRequest(from: &reader))
        case (84, .successfulOutcome): .commandResponse(try CommandResponse(from: &reader))
        case (84, .unsuccessfulOutcome): .commandFailure(try CommandFailure(from: &reader))
        case (85, .initiatingMessage): .aiotSessionReleaseCommand(try AIOTSessionReleaseCommand(from: &reader))
        case (85, .successfulOutcome): .aiotSessionReleaseComplete(try AIOTSessionReleaseComplete(from: &reader))
        case (86, .initiatingMessage): .aiotSessionReleaseRequest(try AIOTSessionReleaseRequest(from: &reader))
        case (9, .initiatingMessage): .errorIndication(try ErrorIndication(from: &reader))
        default: throw .unknownMessage(procedure: procedure)
        }
    }

    package func encoded() throws(NGAPEncodingError) -> [UInt8] {
        var body = PERWriter()
        try write(to: &body)
        var writer = PERWriter()
        let (kind, procedure) = identity
        writer.flag(false)
        writer.bits(kind.rawValue, 2)
        try writer.constrained(procedure, 0...255)
        (procedure == 9 ? Criticality.ignore : .reject).write(to: &writer)
        try writer.octetString(body.octets)
        return writer.octets
    }

    private func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        switch self {
        case .ngSetupRequest(let message): try message.write(to: &writer)
        case .ngSetupResponse(let message): try message.write(to: &writer)
        case .ngSetupFailure(let message): try message.write(to: &writer)
        case .inventoryRequest(let message): try message.write(to: &writer)
        case .inventoryResponse(let message): try message.write(to: &writer)
        case .inventoryFailure(let message): try message.write(to: &writer)
        case .inventoryReport(let message): try message.write(to: &writer)
        case .commandRequest(let message): try message.write(to: &writer)
        case .commandResponse(let message): try message.write(to: &writer)
        case .commandFailure(let message): try message.write(to: &writer)
        case .aiotSessionReleaseCommand(let message): try message.write(to: &writer)
        case .aiotSessionReleaseComplete(let message): try message.write(to: &writer)
        case .aiotSessionReleaseRequest(let message): try message.write(to: &writer)
        case .errorIndication(let message): try message.write(to: &writer)
        }
    }

    private var identity: (kind: Kind, procedure: Int) {
        switch self {
        case .ngSetupRequest: (.initiatingMessage, 21)
        case .ngSetupResponse: (.successfulOutcome, 21)
        case .ngSetupFailure: (.unsuccessfulOutcome, 21)
        case .inventoryRequest: (.initiatingMessage, 82)
        case .inventoryResponse: (.successfulOutcome, 82)
        case .inventoryFailure: (.unsuccessfulOutcome, 82)
        case .inventoryReport: (.initiatingMessage, 83)
        case .commandRequest: (.initiatingMessage, 84)
        case .commandResponse: (.successfulOutcome, 84)
        case .commandFailure: (.unsuccessfulOutcome, 84)
        case .aiotSessionReleaseCommand: (.initiatingMessage, 85)
        case .aiotSessionReleaseComplete: (.successfulOutcome, 85)
        case .aiotSessionReleaseRequest: (.initiatingMessage, 86)
        case .errorIndication: (.initiatingMessage, 9)
        }
    }

    /// The message's name as in `vectors/` and TS 38.413.
    package var name: String {
        switch self {
        case .ngSetupRequest: "NGSetupRequest"
        case .ngSetupResponse: "NGSetupResponse"
        case .ngSetupFailure: "NGSetupFailure"
        case .inventoryRequest: "InventoryRequest"
        case .inventoryResponse: "InventoryResponse"
        case .inventoryFailure: "InventoryFailure"
        case .inventoryReport: "InventoryReport"
        case .commandRequest: "CommandRequest"
        case .commandResponse: "CommandResponse"
        case .commandFailure: "CommandFailure"
        case .aiotSessionReleaseCommand: "AIOTSessionReleaseCommand"
        case .aiotSessionReleaseComplete: "AIOTSessionReleaseComplete"
        case .aiotSessionReleaseRequest: "AIOTSessionReleaseRequest"
        case .errorIndication: "ErrorIndication"
        }
    }
}
