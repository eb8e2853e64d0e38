/// Writes unsigned fields into octets, most significant bit first; the last octet is filled with zero bits.
package struct BitWriter {
    package private(set) var octets: [UInt8] = []
    private var bitCount = 0

    package init() {}

    /// Appends the low `width` bits of `value`, `width` within 0...64; higher bits of `value` are cut.
    package mutating func write(_ value: UInt64, _ width: Int) {
        for shift in stride(from: min(width, 64) - 1, through: 0, by: -1) {
            if bitCount & 7 == 0 { octets.append(0) }
            let bit = UInt8(truncatingIfNeeded: value >> UInt64(shift)) & 1
            octets[octets.count - 1] |= bit << UInt8(7 - bitCount & 7)
            bitCount += 1
        }
    }

    package mutating func write(_ flag: Bool) {
        write(flag ? 1 : 0, 1)
    }

    /// Appends whole octets at the present bit position.
    package mutating func write(octets more: [UInt8]) {
        if bitCount & 7 == 0 {
            octets += more
            bitCount += more.count * 8
        } else {
            for octet in more { write(UInt64(octet), 8) }
        }
    }
}
