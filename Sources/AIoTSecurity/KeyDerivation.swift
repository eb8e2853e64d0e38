package import AIoTBase
import Crypto

/// Two octets by which the AIoTF finds the key of the device that answered (`spec/1 "Key derivation"`).
package struct KeyHint: Hashable, Sendable {
    package let value: UInt16

    package init(value: UInt16) { self.value = value }

    /// `nil` unless `octets` has exactly 2 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 2 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt16($1) }
    }

    package var octets: [UInt8] { bigEndianOctets(value) }
}

/// Two octets by which a device knows that a paging is not meant for it (`spec/1 "Key derivation"`).
package struct PagingTag: Hashable, Sendable {
    package let value: UInt16

    package init(value: UInt16) { self.value = value }

    /// `nil` unless `octets` has exactly 2 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 2 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt16($1) }
    }

    package var octets: [UInt8] { bigEndianOctets(value) }
}

/// Every row of the table in `spec/1 "Key derivation"`: HMAC-SHA-256 as in TS 33.220 B.2, FC values *ours*.
///
/// ARES and NRES have FC values of their own, so that neither can be reflected as the other; profile and algorithms go
/// into k_AIoT, so that a downgrade in transit gives another key. Each function adds to `cost` what it took.
package enum KeyDerivation {
    /// k_AIoT from `key`: K of the device, or for the identity of a group paging the group key.
    ///
    /// `profile` is the octet as paged, bit 7 included; where an all-devices paging carries none, the device's own.
    package static func kAIoT(
        from key: SecretKey, nonce1: Nonce, profile: SecurityProfile, algorithms: SecurityAlgorithms,
        cost: inout CryptoCost
    ) -> SecretKey {
        let configuration = [profile.rawValue, algorithms.octet]
        return SecretKey(lastOctetsOf: kdf(key, .kAIoT, [nonce1.octets, configuration], &cost))
    }

    /// k_AIoT_ses from the k_AIoT that belongs to the device's own K.
    package static func kAIoTSession(from kAIoT: SecretKey, nonce2: Nonce, cost: inout CryptoCost) -> SecretKey {
        SecretKey(lastOctetsOf: kdf(kAIoT, .kAIoTSession, [nonce2.octets], &cost))
    }

    package static func ares(from kAIoTSession: SecretKey, nonce1: Nonce, cost: inout CryptoCost) -> ARES {
        ARES(value: first(8, of: kdf(kAIoTSession, .ares, [nonce1.octets], &cost)))
    }

    package static func nres(from kAIoTSession: SecretKey, nonce2: Nonce, cost: inout CryptoCost) -> NRES {
        NRES(value: first(8, of: kdf(kAIoTSession, .nres, [nonce2.octets], &cost)))
    }

    /// The key hint of the k_AIoT that belongs to the device's own K.
    package static func keyHint(from kAIoT: SecretKey, cost: inout CryptoCost) -> KeyHint {
        KeyHint(value: UInt16(truncatingIfNeeded: first(2, of: kdf(kAIoT, .keyHint, [], &cost))))
    }

    /// The paging tag of `counter` under `key`: K of the device, or in a group paging the group key.
    package static func pagingTag(from key: SecretKey, counter: UInt32, cost: inout CryptoCost) -> PagingTag {
        let code = kdf(key, .pagingTag, [bigEndianOctets(counter)], &cost)
        return PagingTag(value: UInt16(truncatingIfNeeded: first(2, of: code)))
    }

    /// The key that 128-NEA2 takes under `key`, k_AIoT or k_AIoT_ses (TS 33.501 A.8).
    package static func cipherKey(
        from key: SecretKey, algorithm: SecurityAlgorithms.Ciphering, cost: inout CryptoCost
    ) -> SecretKey {
        SecretKey(lastOctetsOf: kdf(key, .algorithmKey, [[0x01], [algorithm.rawValue]], &cost))
    }

    /// The key that 128-NIA2 takes under `key`, k_AIoT or k_AIoT_ses (TS 33.501 A.8).
    package static func integrityKey(
        from key: SecretKey, algorithm: SecurityAlgorithms.Integrity, cost: inout CryptoCost
    ) -> SecretKey {
        SecretKey(lastOctetsOf: kdf(key, .algorithmKey, [[0x02], [algorithm.rawValue]], &cost))
    }

    /// The FC values; all but the last are private to this project (*ours*).
    private enum FunctionCode: UInt8 {
        case kAIoT = 0xF0
        case kAIoTSession = 0xF1
        case ares = 0xF2
        case nres = 0xF3
        case keyHint = 0xF4
        case pagingTag = 0xF5
        /// TS 33.501 A.8.
        case algorithmKey = 0x69
    }

    /// HMAC-SHA-256 over FC, then each parameter with its length in two octets (TS 33.220 B.2).
    private static func kdf(
        _ key: SecretKey, _ code: FunctionCode, _ parameters: [[UInt8]], _ cost: inout CryptoCost
    ) -> HMAC<SHA256>.MAC {
        var text = [code.rawValue]
        for parameter in parameters {
            text += parameter + bigEndianOctets(UInt16(truncatingIfNeeded: parameter.count))
        }
        cost += .hmac(over: text.count)
        return HMAC<SHA256>.authenticationCode(for: text, using: key.symmetric)
    }

    /// The first `count` octets of `code` as a number, `count` at most 8.
    private static func first(_ count: Int, of code: HMAC<SHA256>.MAC) -> UInt64 {
        code.withUnsafeBytes { octets in octets.prefix(count).reduce(0) { $0 << 8 | UInt64($1) } }
    }
}
