import Crypto

/// A 128-bit key: K of a device, a group key, or one derived from them.
///
/// Its text never shows the key, so that no log line and no failed test can; the octets come out only where they are
/// asked for by name.
package struct SecretKey: Sendable {
    /// Octets of every key of the procedure.
    package static let octetCount = 16

    let symmetric: SymmetricKey

    /// `nil` unless `octets` has exactly 16 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == Self.octetCount else { return nil }
        symmetric = SymmetricKey(data: Array(octets))
    }

    /// The last 16 octets of what the key derivation function gave (`spec/1 "Key derivation"`).
    init(lastOctetsOf code: HMAC<SHA256>.MAC) {
        symmetric = code.withUnsafeBytes { octets in
            SymmetricKey(data: UnsafeRawBufferPointer(rebasing: octets.suffix(Self.octetCount)))
        }
    }

    /// The key itself, for the store that keeps it and the check of test vectors; never for a log.
    package var exposedOctets: [UInt8] { symmetric.withUnsafeBytes { Array($0) } }
}

extension SecretKey: Equatable {
    /// Takes the same time wherever the keys differ.
    package static func == (left: Self, right: Self) -> Bool { left.symmetric == right.symmetric }
}

extension SecretKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "SecretKey(hidden)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
