package import AIoTBase

/// What one nonce1 and one nonce2 give at either end: k_AIoT_ses, and all that follows from it.
package struct SessionKeys: Sendable {
    package let nonce1: Nonce
    package let nonce2: Nonce
    /// Protects the ID, a returned counter, commands and their responses.
    package var protection: Protection
    private let key: SecretKey

    /// From the k_AIoT that belongs to the device's own K, in a group paging too.
    package init(
        kAIoT: SecretKey, nonce1: Nonce, nonce2: Nonce, algorithms: SecurityAlgorithms, cost: inout CryptoCost
    ) {
        self.nonce1 = nonce1
        self.nonce2 = nonce2
        key = KeyDerivation.kAIoTSession(from: kAIoT, nonce2: nonce2, cost: &cost)
        protection = Protection(key: key, algorithms: algorithms)
    }

    /// What the device proves itself with; comparing two takes the same time wherever they differ.
    package func ares(cost: inout CryptoCost) -> ARES {
        KeyDerivation.ares(from: key, nonce1: nonce1, cost: &cost)
    }

    /// What the network proves itself with; comparing two takes the same time wherever they differ.
    package func nres(cost: inout CryptoCost) -> NRES {
        KeyDerivation.nres(from: key, nonce2: nonce2, cost: &cost)
    }
}
