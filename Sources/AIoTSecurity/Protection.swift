import AIoTBase
import Crypto
import CryptoExtras

/// Which way a protected text goes: the DIRECTION input of the algorithms (`spec/1 "Protection"`).
package enum Direction: UInt8, Hashable, Sendable {
    case d2r = 0
    case r2d = 1
}

/// Ciphering and integrity protection under one key, k_AIoT or k_AIoT_ses (`spec/1 "Protection"`).
///
/// Derives the algorithms' own keys when first needed and keeps them, so that a device which drops a text for its MAC
/// has not paid for the cipher key.
package struct Protection: Sendable {
    /// Octets of the MAC that 128-NIA2 appends.
    package static let macOctets = 4
    /// COUNT under k_AIoT, which protects nothing but the paging identity.
    package static let pagingCount: UInt32 = 0
    /// COUNT of a returned counter; that of other texts stays below it.
    package static let returnedCounterCount: UInt32 = .max

    package let algorithms: SecurityAlgorithms
    private let key: SecretKey
    private var derivedCipherKey: SecretKey?
    private var derivedIntegrityKey: SecretKey?

    package init(key: SecretKey, algorithms: SecurityAlgorithms) {
        self.key = key
        self.algorithms = algorithms
    }

    /// The protected block of `plaintext`: ciphered, then 4 octets of MAC where integrity is on.
    ///
    /// `nil` only when the library refuses a key of 16 octets, which is a bug: then nothing may be sent.
    package mutating func protect(
        _ plaintext: [UInt8], count: UInt32, direction: Direction, cost: inout CryptoCost
    ) -> [UInt8]? {
        guard let text = ciphered(plaintext, count, direction, &cost) else { return nil }
        guard algorithms.hasIntegrity else { return text }
        guard let mac = mac(over: text, count, direction, &cost) else { return nil }
        return text + mac
    }

    /// The plaintext of `block`; `nil` when its MAC does not match or it is too short to have one.
    ///
    /// The MAC is compared in constant time, and nothing is deciphered before it has matched.
    package mutating func unprotect(
        _ block: [UInt8], count: UInt32, direction: Direction, cost: inout CryptoCost
    ) -> [UInt8]? {
        guard algorithms.hasIntegrity else { return ciphered(block, count, direction, &cost) }
        guard block.count >= Self.macOctets else { return nil }
        let text = Array(block.dropLast(Self.macOctets))
        guard let mac = mac(over: text, count, direction, &cost) else { return nil }
        guard isEqualInConstantTime(mac, Array(block.suffix(Self.macOctets))) else { return nil }
        return ciphered(text, count, direction, &cost)
    }

    /// 128-NEA2 (TS 33.401 B.1.3), which is its own inverse.
    private mutating func ciphered(
        _ text: [UInt8], _ count: UInt32, _ direction: Direction, _ cost: inout CryptoCost
    ) -> [UInt8]? {
        guard algorithms.hasCiphering else { return text }
        let cipherKey =
            derivedCipherKey ?? KeyDerivation.cipherKey(from: key, algorithm: algorithms.ciphering, cost: &cost)
        derivedCipherKey = cipherKey
        return NEA2.applied(to: text, key: cipherKey, count: count, bearer: 0, direction: direction, cost: &cost)
    }

    private mutating func mac(
        over text: [UInt8], _ count: UInt32, _ direction: Direction, _ cost: inout CryptoCost
    ) -> [UInt8]? {
        let integrityKey =
            derivedIntegrityKey ?? KeyDerivation.integrityKey(from: key, algorithm: algorithms.integrity, cost: &cost)
        derivedIntegrityKey = integrityKey
        return NIA2.mac(over: text, key: integrityKey, count: count, bearer: 0, direction: direction, cost: &cost)
    }
}

/// 128-NEA2: AES-128 in counter mode (TS 33.401 B.1.3).
package enum NEA2 {
    /// `text` ciphered or deciphered; `nil` only when the library refuses a key of 16 octets.
    package static func applied(
        to text: [UInt8], key: SecretKey, count: UInt32, bearer: UInt8, direction: Direction, cost: inout CryptoCost
    ) -> [UInt8]? {
        let firstBlock = algorithmInput(count, bearer, direction) + [UInt8](repeating: 0, count: 8)
        cost += .counterMode(over: text.count)
        do {
            let nonce = try AES._CTR.Nonce(nonceBytes: firstBlock)
            return Array(try AES._CTR.encrypt(text, using: key.symmetric, nonce: nonce))
        } catch {
            assertionFailure("AES-CTR refused its input: \(error)")
            return nil
        }
    }
}

/// 128-NIA2: AES-CMAC cut to 4 octets (TS 33.401 B.2.3).
package enum NIA2 {
    /// The MAC of `text`; `nil` only when the library refuses a key of 16 octets.
    package static func mac(
        over text: [UInt8], key: SecretKey, count: UInt32, bearer: UInt8, direction: Direction, cost: inout CryptoCost
    ) -> [UInt8]? {
        let input = algorithmInput(count, bearer, direction) + text
        cost += .cmac(over: input.count)
        do {
            var cmac = try AES.CMAC(key: key.symmetric, outputSize: Protection.macOctets)
            cmac.update(data: input)
            return cmac.finalize().withUnsafeBytes { Array($0) }
        } catch {
            assertionFailure("AES-CMAC refused its input: \(error)")
            return nil
        }
    }
}

/// COUNT(32), BEARER(5), DIRECTION(1), zeros(26): the 8 octets with which both algorithms start.
private func algorithmInput(_ count: UInt32, _ bearer: UInt8, _ direction: Direction) -> [UInt8] {
    bigEndianOctets(count) + [bearer << 3 | direction.rawValue << 2, 0, 0, 0]
}

/// Whether the two are equal, in a time that depends on their lengths alone.
package func isEqualInConstantTime(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}
