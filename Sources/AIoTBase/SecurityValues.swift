/// A 16-octet nonce: nonce1 of the AIoTF, or nonce2 of a device (`spec/1`).
package struct Nonce: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// `nil` unless `octets` has exactly 16 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        high = octets.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = octets.suffix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// The same for a part of a message, as every device reads it out of every paging.
    package init?(_ octets: ArraySlice<UInt8>) {
        guard octets.count == 16 else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for octet in octets {
            words.high = words.high << 8 | words.low >> 56
            words.low = words.low << 8 | UInt64(octet)
        }
        (high, low) = words
    }

    /// A fresh nonce out of `generator`.
    package init(drawnFrom generator: inout some RandomNumberGenerator) {
        high = generator.next()
        low = generator.next()
    }

    package var octets: [UInt8] { bigEndianOctets(high) + bigEndianOctets(low) }
}

/// The device's 8-octet authentication response (`spec/1` step 6).
package struct ARES: Hashable, Sendable {
    private let value: UInt64

    /// The octets as one number, most significant first.
    package init(value: UInt64) { self.value = value }

    /// `nil` unless `octets` has exactly 8 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 8 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    package var octets: [UInt8] { bigEndianOctets(value) }
}

/// The network's 8-octet authentication response (`spec/1` step 9).
package struct NRES: Hashable, Sendable {
    private let value: UInt64

    /// The octets as one number, most significant first.
    package init(value: UInt64) { self.value = value }

    /// `nil` unless `octets` has exactly 8 elements.
    package init?(_ octets: some Collection<UInt8>) {
        guard octets.count == 8 else { return nil }
        value = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    package var octets: [UInt8] { bigEndianOctets(value) }
}

/// The 8 octets of `value`, most significant first.
package func bigEndianOctets(_ value: UInt64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
}

/// The 4 octets of `value`, most significant first.
package func bigEndianOctets(_ value: UInt32) -> [UInt8] {
    (0..<4).reversed().map { UInt8(truncatingIfNeeded: value >> UInt32($0 * 8)) }
}

/// The 2 octets of `value`, most significant first.
package func bigEndianOctets(_ value: UInt16) -> [UInt8] {
    [UInt8(value >> 8), UInt8(value & 0xFF)]
}
