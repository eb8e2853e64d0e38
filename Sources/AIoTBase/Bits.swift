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
    package static func packed(_ bits: some Collection<UInt8>) -> [UInt8] {
        var writer = BitWriter()
        for bit in bits { writer.write(UInt64(bit & 1), 1) }
        return writer.octets
    }

    /// The low `width` bits of `value`, most significant first.
    package static func of(_ value: UInt64, width: Int) -> [UInt8] {
        (0..<width).reversed().map { UInt8(value >> UInt64($0) & 1) }
    }
}
