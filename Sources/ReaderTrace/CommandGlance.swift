import NGAP

/// What a trace wants to know of a message of the procedure Command Request (`spec/3`, 84), found without decoding the
/// whole message: that would be a third of what a trace costs.
///
/// It reads what this house and other aligned PER encoders write; what it does not understand, the decoder is asked for.
struct CommandGlance: Hashable, Sendable {
    var correlation: Int
    /// RAN-AIOT-Device-NGAP-ID.
    var device: UInt32
    /// Nothing more is due for the device.
    var hasEmptyNASPDU: Bool

    private static let correlationID = 466
    private static let deviceID = 472
    private static let requestTransfer = 460
    private static let nasPDU = 474

    /// Nil where the octets are not understood.
    init?(_ octets: [UInt8]) {
        // The kind of PDU, the procedure, its criticality, and the length of the message.
        guard octets.count > 3, octets[1] == 84, let message = Self.field(octets[3...]) else { return nil }
        var correlation: Int?
        var device: UInt32?
        var isEmpty = false
        let isUnderstood = Self.forEachIE(in: message.value) { id, value in
            switch id {
            case Self.correlationID: correlation = Self.correlation(value)
            case Self.deviceID: device = Self.device(value)
            case Self.requestTransfer:
                guard let transfer = Self.field(value)?.value else { return false }
                return Self.forEachIE(in: transfer) { id, value in
                    if id == Self.nasPDU { isEmpty = value.first == 0 }
                    return true
                }
            default: break
            }
            return true
        }
        guard isUnderstood, let correlation, let device else { return nil }
        self.correlation = correlation
        self.device = device
        hasEmptyNASPDU = isEmpty
    }

    /// A length below 16,384 and as many octets.
    private static func field(_ octets: ArraySlice<UInt8>) -> (value: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        guard let first = octets.first else { return nil }
        if first < 0x80 { return split(octets.dropFirst(), Int(first)) }
        guard first < 0xC0, let second = octets.dropFirst().first else { return nil }
        return split(octets.dropFirst(2), Int(first & 0x3F) << 8 | Int(second))
    }

    private static func split(
        _ octets: ArraySlice<UInt8>, _ count: Int
    ) -> (value: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        count <= octets.count ? (octets.prefix(count), octets.dropFirst(count)) : nil
    }

    /// The IEs of a sequence that is one container: an octet of extension bit, a count of two octets; each IE is an ID of
    /// two octets, a criticality in one, and an open type.
    private static func forEachIE(
        in octets: ArraySlice<UInt8>, _ body: (_ id: Int, _ value: ArraySlice<UInt8>) -> Bool
    ) -> Bool {
        guard octets.first == 0 else { return false }
        var rest = octets.dropFirst(3)
        while let high = rest.first, let low = rest.dropFirst().first {
            guard let ie = field(rest.dropFirst(3)), body(Int(high) << 8 | Int(low), ie.value) else { return false }
            rest = ie.rest
        }
        return rest.isEmpty
    }

    /// INTEGER (0..65535, ...): an octet of extension bit, then two.
    private static func correlation(_ value: ArraySlice<UInt8>) -> Int? {
        guard value.count == 3, value.first == 0 else { return nil }
        return value.dropFirst().reduce(0) { $0 << 8 | Int($1) }
    }

    /// INTEGER (0..4294967295): the count of octets less one in two bits, then those.
    private static func device(_ value: ArraySlice<UInt8>) -> UInt32? {
        guard let first = value.first, value.count == Int(first >> 6) + 2 else { return nil }
        return value.dropFirst().reduce(0) { $0 << 8 | UInt32($1) }
    }
}

extension CommandGlance {
    init?(_ pdu: NGAPPDU) {
        switch pdu {
        case .commandRequest(let message):
            self.init(message.session, message.ranDeviceNGAPID, hasEmptyNASPDU: message.nasPDU.isEmpty)
        case .commandResponse(let message): self.init(message.session, message.ranDeviceNGAPID)
        case .commandFailure(let message): self.init(message.session, message.ranDeviceNGAPID)
        default: return nil
        }
    }

    private init(_ session: AIoTSessionName, _ device: UInt32, hasEmptyNASPDU: Bool = false) {
        correlation = session.correlationIdentifier
        self.device = device
        self.hasEmptyNASPDU = hasEmptyNASPDU
    }
}
