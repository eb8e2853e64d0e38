/// Cause: why something failed or ended. Values count from 0 through root and extension; unlisted ones are kept.
package enum Cause: Hashable, Sendable {
    case radioNetwork(Int)
    case transport(Int)
    case nas(Int)
    case protocolError(Int)
    case misc(Int)

    private static let radioNetworkRoot = 45
    private static let transportRoot = 2
    private static let nasRoot = 4
    private static let protocolRoot = 7
    private static let miscRoot = 6

    package static let radioNetworkUnspecified = Cause.radioNetwork(0)
    package static let unknownRANAIoTDeviceNGAPID = Cause.radioNetwork(radioNetworkRoot + 15)
    package static let requestedAreaNotServed = Cause.radioNetwork(radioNetworkRoot + 16)
    package static let unknownAIoTSession = Cause.radioNetwork(radioNetworkRoot + 17)
    package static let aiotDeviceNotReachable = Cause.radioNetwork(radioNetworkRoot + 18)
    package static let multipleAIoTSessionIDInstances = Cause.radioNetwork(radioNetworkRoot + 19)
    package static let transportUnspecified = Cause.transport(1)
    package static let normalRelease = Cause.nas(0)
    package static let nasUnspecified = Cause.nas(3)
    package static let noAIoTNASResponse = Cause.nas(nasRoot + 3)
    package static let transferSyntaxError = Cause.protocolError(0)
    package static let abstractSyntaxErrorReject = Cause.protocolError(1)
    package static let messageNotCompatibleWithReceiverState = Cause.protocolError(3)
    package static let semanticError = Cause.protocolError(4)
    package static let controlProcessingOverload = Cause.misc(0)
    package static let hardwareFailure = Cause.misc(2)
    package static let omIntervention = Cause.misc(3)
    package static let miscUnspecified = Cause.misc(5)

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        switch try reader.bits(3) {
        case 0: self = .radioNetwork(try reader.enumerated(root: Self.radioNetworkRoot, isExtensible: true))
        case 1: self = .transport(try reader.enumerated(root: Self.transportRoot, isExtensible: true))
        case 2: self = .nas(try reader.enumerated(root: Self.nasRoot, isExtensible: true))
        case 3: self = .protocolError(try reader.enumerated(root: Self.protocolRoot, isExtensible: true))
        case 4: self = .misc(try reader.enumerated(root: Self.miscRoot, isExtensible: true))
        default: throw .unusedChoice
        }
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        let (alternative, value, root) =
            switch self {
            case .radioNetwork(let value): (0, value, Self.radioNetworkRoot)
            case .transport(let value): (1, value, Self.transportRoot)
            case .nas(let value): (2, value, Self.nasRoot)
            case .protocolError(let value): (3, value, Self.protocolRoot)
            case .misc(let value): (4, value, Self.miscRoot)
            }
        writer.bits(UInt64(alternative), 3)
        try writer.enumerated(value, root: root, isExtensible: true)
    }
}

extension Cause: CustomStringConvertible {
    private static let names: [Cause: String] = [
        .unknownRANAIoTDeviceNGAPID: "radioNetwork unknown-RAN-AIoT-Device-NGAP-ID",
        .requestedAreaNotServed: "radioNetwork requested-AIoT-service-area-information-not-served-by-the-gNB",
        .unknownAIoTSession: "radioNetwork unknown-AIoT-session",
        .aiotDeviceNotReachable: "radioNetwork aiot-device-not-reachable",
        .multipleAIoTSessionIDInstances: "radioNetwork multiple-AIoT-session-ID-instances",
        .normalRelease: "nas normal-release",
        .noAIoTNASResponse: "nas no-aiot-NAS-response",
        .transferSyntaxError: "protocol transfer-syntax-error",
        .abstractSyntaxErrorReject: "protocol abstract-syntax-error-reject",
        .messageNotCompatibleWithReceiverState: "protocol message-not-compatible-with-receiver-state",
        .semanticError: "protocol semantic-error",
        .controlProcessingOverload: "misc control-processing-overload",
        .hardwareFailure: "misc hardware-failure",
        .omIntervention: "misc om-intervention",
        .misc(4): "misc unknown-PLMN-or-SNPN",
    ]

    /// The name of its group in TS 38.413, and its own where it is used here, else the value.
    package var description: String {
        if let name = Self.names[self] { return name }
        return switch self {
        case .radioNetwork(let value): "radioNetwork \(value)"
        case .transport(let value): "transport \(value)"
        case .nas(let value): "nas \(value)"
        case .protocolError(let value): "protocol \(value)"
        case .misc(let value): "misc \(value)"
        }
    }
}

/// CriticalityDiagnostics: what of a PDU was not understood.
package struct CriticalityDiagnostics: Hashable, Sendable {
    package struct Item: Hashable, Sendable {
        package var criticality: Criticality
        package var id: Int
        /// 0 not-understood, 1 missing; others are kept.
        package var typeOfError: Int

        package init(criticality: Criticality, id: Int, typeOfError: Int) {
            self.criticality = criticality
            self.id = id
            self.typeOfError = typeOfError
        }
    }

    /// Entries that the list holds at most.
    package static let itemLimit = 256

    package var procedureCode: Int?
    /// 0 initiating-message, 1 successful-outcome, 2 unsuccessful-outcome.
    package var triggeringMessage: Int?
    package var procedureCriticality: Criticality?
    /// Empty: the list is absent.
    package var items: [Item]

    package init(
        procedureCode: Int? = nil, triggeringMessage: Int? = nil, procedureCriticality: Criticality? = nil,
        items: [Item] = []
    ) {
        self.procedureCode = procedureCode
        self.triggeringMessage = triggeringMessage
        self.procedureCriticality = procedureCriticality
        self.items = items
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 4)
        procedureCode = preamble[0] ? try reader.constrained(0...255) : nil
        triggeringMessage = preamble[1] ? try reader.constrained(0...2) : nil
        procedureCriticality = preamble[2] ? try Criticality(from: &reader) : nil
        items = []
        if preamble[3] {
            items = try reader.list(1...Self.itemLimit) { (reader) throws(NGAPDecodingError) in
                let preamble = try reader.preamble(optionals: 0)
                let item = Item(
                    criticality: try Criticality(from: &reader), id: try reader.constrained(0...65_535),
                    typeOfError: try reader.enumerated(root: 2, isExtensible: true))
                try reader.skipExtensions(preamble)
                return item
            }
        }
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble(
            procedureCode != nil, triggeringMessage != nil, procedureCriticality != nil, !items.isEmpty)
        if let procedureCode { try writer.constrained(procedureCode, 0...255) }
        if let triggeringMessage { try writer.constrained(triggeringMessage, 0...2) }
        procedureCriticality?.write(to: &writer)
        guard !items.isEmpty else { return }
        try writer.list(items, 1...Self.itemLimit) { (writer, item) throws(NGAPEncodingError) in
            writer.preamble()
            item.criticality.write(to: &writer)
            try writer.constrained(item.id, 0...65_535)
            try writer.enumerated(item.typeOfError, root: 2, isExtensible: true)
        }
    }
}

/// What a receiver that does not know an IE or a procedure does.
package enum Criticality: UInt8, Hashable, Sendable, CaseIterable {
    case reject = 0
    case ignore = 1
    case notify = 2

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        guard let value = Criticality(rawValue: UInt8(try reader.bits(2))) else { throw .valueOutOfRange }
        self = value
    }

    func write(to writer: inout PERWriter) { writer.bits(UInt64(rawValue), 2) }
}
