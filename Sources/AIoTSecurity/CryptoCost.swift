/// What a computation cost in the two primitives that a constrained device would have to carry.
package struct CryptoCost: Hashable, Sendable {
    /// Blocks that the compression function of SHA-256 took for HMAC: the padded inner and outer key included.
    package var hmacBlocks = 0
    /// Blocks that AES-128 took, for ciphering and for CMAC: the block that gives the CMAC subkeys included.
    package var aesBlocks = 0

    package init(hmacBlocks: Int = 0, aesBlocks: Int = 0) {
        self.hmacBlocks = hmacBlocks
        self.aesBlocks = aesBlocks
    }

    package static func + (left: Self, right: Self) -> Self {
        Self(hmacBlocks: left.hmacBlocks + right.hmacBlocks, aesBlocks: left.aesBlocks + right.aesBlocks)
    }

    package static func += (left: inout Self, right: Self) { left = left + right }

    /// Blocks of HMAC-SHA-256 over `octetCount` octets under a key of at most 64: the inner hash takes the padded key
    /// and the message with its 9 octets of padding at least, the outer hash the padded key and the inner result.
    static func hmac(over octetCount: Int) -> Self {
        Self(hmacBlocks: 1 + (octetCount + 9 + 63) / 64 + 2)
    }

    /// Blocks of AES-CTR over `octetCount` octets.
    static func counterMode(over octetCount: Int) -> Self {
        Self(aesBlocks: (octetCount + 15) / 16)
    }

    /// Blocks of AES-CMAC over `octetCount` octets.
    static func cmac(over octetCount: Int) -> Self {
        Self(aesBlocks: 1 + max(1, (octetCount + 15) / 16))
    }
}
