package import AIoTSecurity

/// What the security procedure cost a device since the cost was last reset (`spec/1 "Answers to what the source
/// leaves for further study"`).
package struct ExchangeCost: Hashable, Sendable {
    package var crypto = CryptoCost()
    /// Writes of a record that outlasts carrier loss: a counter with the paging tags that it makes ready, memory, or
    /// the mark of PERMANENT_DISABLE.
    package var nonVolatileWrites = 0
    /// NAS octets that the device sent.
    package var octetsSent = 0
    /// NAS octets that the device received, its own and those meant for others.
    package var octetsReceived = 0

    package init() {}

    /// SHA-256 blocks of HMAC.
    package var hmacBlocks: Int { crypto.hmacBlocks }
    /// AES-128 blocks of ciphering and CMAC.
    package var aesBlocks: Int { crypto.aesBlocks }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.crypto += right.crypto
        sum.nonVolatileWrites += right.nonVolatileWrites
        sum.octetsSent += right.octetsSent
        sum.octetsReceived += right.octetsReceived
        return sum
    }

    package static func += (left: inout Self, right: Self) { left = left + right }
}
