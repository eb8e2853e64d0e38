/// A cyclic redundancy check over bits, register start 0, no reflection, no final inversion (`spec/2 "Coding"`).
package struct CRC: Hashable, Sendable {
    /// Check bits, 1...32.
    package let width: Int
    /// The generator polynomial without its leading term; `D^6+D^5+1` is `0b10_0001`.
    package let polynomial: UInt32

    package init(width: Int, polynomial: UInt32) {
        self.width = min(max(width, 1), 32)
        self.polynomial = polynomial
    }

    /// The remainder of `bits` (0 and 1, in the order of transmission), `width` bits wide.
    package func remainder(of bits: ArraySlice<UInt8>) -> UInt32 {
        let mask = UInt32.max >> UInt32(32 - width)
        var register: UInt32 = 0
        for bit in bits {
            let feedback = (register >> UInt32(width - 1) ^ UInt32(bit)) & 1
            register = register << 1 & mask
            if feedback == 1 { register ^= polynomial & mask }
        }
        return register
    }

    /// The remainder of `bits`.
    package func remainder(of bits: [UInt8]) -> UInt32 { remainder(of: bits[...]) }

    /// The check bits to append to `bits`, most significant first.
    package func checkBits(of bits: [UInt8]) -> [UInt8] {
        Bits.of(UInt64(remainder(of: bits)), width: width)
    }
}
