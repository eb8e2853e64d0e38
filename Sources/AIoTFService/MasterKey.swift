import AIoTSecurity
import Crypto
import Foundation

/// The key under which the store keeps the keys of devices and groups: AES-256-GCM, each sealed to whose key it is.
///
/// Its text never shows it.
package struct MasterKey: Sendable {
    package static let octetCount = 32
    private let symmetric: SymmetricKey

    /// `nil` unless `octets` has exactly 32 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == Self.octetCount else { return nil }
        symmetric = SymmetricKey(data: Array(octets))
    }

    /// A new one, from the system's random numbers.
    package init() { symmetric = SymmetricKey(size: .bits256) }

    /// The key itself, for the file that keeps it; never for a log.
    package var exposedOctets: [UInt8] { symmetric.withUnsafeBytes { Array($0) } }

    /// Nonce, ciphertext and tag: 44 octets, which only this key opens, and only for the same owner.
    func seal(_ key: SecretKey, of owner: KeyOwner) throws -> Data {
        try sealed(key.exposedOctets, owner.associatedData)
    }

    /// `nil` where it was not sealed by this key for `owner`.
    func open(_ sealed: Data, of owner: KeyOwner) -> SecretKey? {
        opened(sealed, owner.associatedData).flatMap { SecretKey($0) }
    }

    /// What a store keeps to tell this key from others.
    func checkValue() throws -> Data { try sealed([], Self.checkName) }

    /// Whether `checkValue` is one of this key.
    func fits(_ checkValue: Data) -> Bool { opened(checkValue, Self.checkName) != nil }

    private static let checkName = Array("check".utf8)

    private func sealed(_ text: [UInt8], _ associatedData: [UInt8]) throws -> Data {
        let box = try AES.GCM.seal(text, using: symmetric, authenticating: associatedData)
        return Data(box.nonce) + box.ciphertext + box.tag
    }

    private func opened(_ sealed: Data, _ associatedData: [UInt8]) -> Data? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
        return try? AES.GCM.open(box, using: symmetric, authenticating: associatedData)
    }
}

extension MasterKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "MasterKey(hidden)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Whose key it is, device or group: a sealed key that is moved to another row does not open.
enum KeyOwner: Sendable {
    case device([UInt8])
    case group([UInt8])

    var associatedData: [UInt8] {
        switch self {
        case .device(let id): Array("device".utf8) + id
        case .group(let id): Array("group".utf8) + id
        }
    }
}
