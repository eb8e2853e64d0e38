/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), which finds every burst of up to 32 damaged bits.
enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { octet in
        (0..<8).reduce(UInt32(octet)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// The check of `octets`.
    static func check(_ octets: some Sequence<UInt8>) -> UInt32 {
        ~octets.reduce(UInt32.max) { value, octet in
            table[Int(UInt8(truncatingIfNeeded: value) ^ octet)] ^ value >> 8
        }
    }
}
