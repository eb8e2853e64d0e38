/// A control transfer: its setup packet (USB 2.0, 9.3) and the data that came with it.
struct ControlRequest {
    var type: UInt8
    var request: UInt8
    var value: UInt16
    var index: UInt16
    var length: Int
    var data: [UInt8]

    /// nil for fewer than the eight octets of a setup packet.
    init?(_ octets: [UInt8]) {
        guard octets.count >= 8 else { return nil }
        func word(_ at: Int) -> UInt16 { UInt16(octets[at]) | UInt16(octets[at + 1]) << 8 }
        type = octets[0]
        request = octets[1]
        value = word(2)
        index = word(4)
        length = Int(word(6))
        data = octets[0] & 0x80 == 0 ? Array(octets[8...]) : []
    }

    /// A 32-bit word of the data, little-endian; nil where there is none.
    func word(_ at: Int) -> UInt32? {
        guard data.count >= at + 4 else { return nil }
        return (0..<4).reduce(0) { $0 | UInt32(data[at + $1]) << UInt32(8 * $1) }
    }

    /// The answer to a standard request; nil for a request that is none.
    func standardAnswer(_ identity: USBIdentity) -> ControlAnswer? {
        guard type & 0x60 == 0 else { return nil }
        switch (request, value >> 8) {
        case (6, 1): return .data(identity.device)
        case (6, 2): return .data(identity.configuration)
        case (6, 3):
            return identity.stringDescriptor(UInt8(truncatingIfNeeded: value)).map(ControlAnswer.data) ?? .stall
        case (0, _): return .data([0, 0])
        case (8, _): return .data([1])
        default: return .stall
        }
    }
}

/// What a box answers on endpoint 0.
enum ControlAnswer: Hashable {
    /// Cut to what was asked for; empty for a request to the device.
    case data([UInt8])
    case stall

    static let done = Self.data([])
}
