/// Reads unsigned fields from octets, most significant bit first.
///
/// A read past the end gives `nil` and leaves the position where it was, so a decoder can never trap on a truncated
/// message.
package struct BitReader {
    private let octets: [UInt8]
    /// Bits read so far.
    package private(set) var bitOffset = 0

    package init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// Bits not read yet.
    package var bitsLeft: Int { octets.count * 8 - bitOffset }

    /// The next `width` bits as a number; `nil` when fewer are left or `width` is not within 0...64.
    package mutating func read(_ width: Int) -> UInt64? {
        guard (0...64).contains(width), width <= bitsLeft else { return nil }
        var value: UInt64 = 0
        for _ in 0..<width {
            let bit = octets[bitOffset >> 3] >> UInt8(7 - bitOffset & 7) & 1
            value = value << 1 | UInt64(bit)
            bitOffset += 1
        }
        return value
    }

    /// One bit as a Boolean; `nil` at the end.
    package mutating func readFlag() -> Bool? {
        read(1).map { $0 == 1 }
    }

    /// The next `count` octets; `nil` when fewer are left or the position is not on an octet.
    package mutating func readOctets(_ count: Int) -> [UInt8]? {
        guard count >= 0, bitOffset & 7 == 0, count * 8 <= bitsLeft else { return nil }
        let start = bitOffset >> 3
        bitOffset += count * 8
        return Array(octets[start..<start + count])
    }
}
