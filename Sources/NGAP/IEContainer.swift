/// IDs of the IEs used here (`spec/3 "PDUs"`).
enum IE {
    static let amfName = 1
    static let cause = 15
    static let criticalityDiagnostics = 19
    static let defaultPagingDRX = 21
    static let globalRANNodeID = 27
    static let plmnSupportList = 80
    static let ranNodeName = 82
    static let relativeAMFCapacity = 86
    static let servedGUAMIList = 96
    static let supportedTAList = 102
    static let inventoryRequestTransfer = 456
    static let inventoryResponseTransfer = 457
    static let inventoryFailureTransfer = 458
    static let inventoryReportTransfer = 459
    static let commandRequestTransfer = 460
    static let commandResponseTransfer = 461
    static let commandFailureTransfer = 462
    static let releaseCommandTransfer = 463
    static let releaseCompleteTransfer = 464
    static let releaseRequestTransfer = 465
    static let correlationIdentifier = 466
    static let aiotfIdentifier = 467
    static let deviceIdentification = 468
    static let serviceArea = 469
    static let assistanceInformation = 470
    static let followonCommandIndication = 471
    static let ranDeviceNGAPID = 472
    static let commandAssistanceInformation = 473
    static let nasPDU = 474
    static let aiotSupport = 475
    static let aiotfName = 476
    static let securityInfo = 496
    /// *Ours*, of NG Setup: the sender knows probes (`docs/core-link.md`).
    static let probes = 65_000
}

/// A protocol IE container being written: each IE with its criticality and an open type.
struct IEWriter {
    private var encoded: [(id: Int, criticality: Criticality, value: [UInt8])] = []

    mutating func add(
        _ id: Int, _ criticality: Criticality, _ write: (inout PERWriter) throws(NGAPEncodingError) -> Void
    ) throws(NGAPEncodingError) {
        var writer = PERWriter()
        try write(&writer)
        encoded.append((id, criticality, writer.octets.isEmpty ? [0] : writer.octets))
    }

    /// A transfer: an octet string that holds an encoding of its own.
    mutating func addTransfer(
        _ id: Int, _ criticality: Criticality, _ write: (inout PERWriter) throws(NGAPEncodingError) -> Void
    ) throws(NGAPEncodingError) {
        var inner = PERWriter()
        try write(&inner)
        let octets = inner.octets
        try add(id, criticality) { (writer) throws(NGAPEncodingError) in try writer.octetString(octets) }
    }

    /// One octet 0x01; whoever does not know it goes on without probes.
    mutating func addProbes() throws(NGAPEncodingError) {
        try add(IE.probes, .ignore) { (writer) throws(NGAPEncodingError) in writer.bits(1, 8) }
    }

    /// A sequence with this container as its only field: a message, or a transfer of that kind.
    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.flag(false)
        try writer.constrained(encoded.count, 0...65_535)
        for (id, criticality, value) in encoded {
            try writer.constrained(id, 0...65_535)
            criticality.write(to: &writer)
            try writer.octetString(value)
        }
    }
}

/// A protocol IE container that has been read: values by ID.
struct IEReader {
    private var values: [Int: [UInt8]] = [:]
    /// IEs that were skipped and that the sender wants to hear of.
    private(set) var notified: [CriticalityDiagnostics.Item] = []

    /// - Parameter known: IEs of this message. Others are skipped with criticality ignore or notify, and with notify
    ///   also left in `reader.notified`; with reject the message is refused.
    init(from reader: inout PERReader, known: Set<Int>) throws(NGAPDecodingError) {
        let isExtended = try reader.flag()
        let count = try reader.constrained(0...65_535)
        for _ in 0..<count {
            let id = try reader.constrained(0...65_535)
            let criticality = try Criticality(from: &reader)
            let value = try reader.octetString()
            guard known.contains(id) else {
                switch criticality {
                case .reject: throw .unknownIE(id)
                case .ignore: break
                case .notify: notified.append(.init(criticality: .notify, id: id, typeOfError: 0))
                }
                continue
            }
            guard values.updateValue(value, forKey: id) == nil else { throw .repeatedIE(id) }
        }
        if isExtended { try reader.skipAdditions() }
        reader.notify(notified)
    }

    func optional<Value>(
        _ id: Int, _ read: (inout PERReader) throws(NGAPDecodingError) -> Value
    ) throws(NGAPDecodingError) -> Value? {
        guard let octets = values[id] else { return nil }
        var reader = PERReader(octets)
        let value = try read(&reader)
        return value
    }

    func required<Value>(
        _ id: Int, _ read: (inout PERReader) throws(NGAPDecodingError) -> Value
    ) throws(NGAPDecodingError) -> Value {
        guard let value = try optional(id, read) else { throw .missingIE(id) }
        return value
    }

    /// Whether the private IE says so; another value there is somebody else's and means nothing.
    var supportsProbes: Bool { values[IE.probes] == [1] }

    /// What a transfer holds.
    func transfer<Value>(
        _ id: Int, _ read: (inout PERReader) throws(NGAPDecodingError) -> Value
    ) throws(NGAPDecodingError) -> Value {
        try required(id) { (reader) throws(NGAPDecodingError) in
            var inner = PERReader(try reader.octetString())
            return try read(&inner)
        }
    }
}

/// Who and what almost every message names.
package struct AIoTSessionName: Hashable, Sendable {
    package var aiotfIdentifier: [UInt8]
    /// AIoT-CorrelationIdentifier, 0...65535.
    package var correlationIdentifier: Int

    package init(aiotfIdentifier: [UInt8], correlationIdentifier: Int) {
        self.aiotfIdentifier = aiotfIdentifier
        self.correlationIdentifier = correlationIdentifier
    }

    init(from container: IEReader) throws(NGAPDecodingError) {
        aiotfIdentifier = try container.required(IE.aiotfIdentifier) { (reader) throws(NGAPDecodingError) in
            try reader.octetString()
        }
        correlationIdentifier = try container.correlation()
    }

    func add(to container: inout IEWriter, _ criticality: Criticality) throws(NGAPEncodingError) {
        try container.add(IE.aiotfIdentifier, criticality) { (writer) throws(NGAPEncodingError) in
            try writer.octetString(aiotfIdentifier)
        }
        try container.add(IE.correlationIdentifier, criticality) { (writer) throws(NGAPEncodingError) in
            try writer.correlation(correlationIdentifier)
        }
    }

    static let ies: Set<Int> = [IE.aiotfIdentifier, IE.correlationIdentifier]
}

extension PERReader {
    mutating func correlation() throws(NGAPDecodingError) -> Int { try extensible(root: 0...65_535) }
    mutating func ranDeviceNGAPID() throws(NGAPDecodingError) -> UInt32 {
        UInt32(truncatingIfNeeded: try constrained(0...0xFFFF_FFFF))
    }
}

extension PERWriter {
    mutating func correlation(_ value: Int) throws(NGAPEncodingError) { try extensible(value, root: 0...65_535) }
    mutating func ranDeviceNGAPID(_ value: UInt32) throws(NGAPEncodingError) {
        try constrained(Int(value), 0...0xFFFF_FFFF)
    }
}
