/// Conversions between octets and bits; a bit sequence is an array of 0 and 1, in the order of transmission.
package enum Bits {
    /// The bits of `octets`, most significant first: `8 * octets.count` elements.
    package static func unpacked(_ octets: [UInt8]) -> [UInt8] {
        var bits: [UInt8] = []
        bits.reserveCapacity(octets.count * 8)
        for octet in octets {
            for shift in (0..<8).reversed() { bits.append(octet >> UInt8(shift) & 1) }
        }
        return bits
    }

    /// The octets of `bits`; a last incomplete octet is filled with zero bits.
    package static func packed(_ bits: ArraySlice<UInt8>) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() { octets[index >> 3] |= (bit & 1) << UInt8(7 - index & 7) }
        return octets
    }

    /// The octets of `bits`.
    package static func packed(_ bits: [UInt8]) -> [UInt8] { packed(bits[...]) }

    /// The low `width` bits of `value`, most significant first.
    package static func of(_ value: UInt64, width: Int) -> [UInt8] {
        (0..<width).reversed().map { UInt8(value >> UInt64($0) & 1) }
    }
}
