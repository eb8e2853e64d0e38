/// Reads aligned PER (X.691, the aligned variant); any octets give a value or an error, never a trap.
package struct PERReader {
    private let octets: [UInt8]
    private var position = 0
    /// Unknown IEs with criticality notify in what has been read; at most as many as diagnostics hold.
    private(set) var notified: [CriticalityDiagnostics.Item] = []

    package init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// Octets that have not been touched.
    package var untouchedOctets: Int { octets.count - (position + 7) / 8 }

    /// Adds to `notified`; what exceeds its bound is left out.
    mutating func notify(_ items: [CriticalityDiagnostics.Item]) {
        notified += items.prefix(CriticalityDiagnostics.itemLimit - notified.count)
    }

    /// The next `count` bits (at most 64), unaligned.
    package mutating func bits(_ count: Int) throws(NGAPDecodingError) -> UInt64 {
        guard position + count <= octets.count * 8 else { throw .truncated }
        var value: UInt64 = 0
        for _ in 0..<count {
            value = value << 1 | UInt64(octets[position >> 3] >> UInt8(7 - position & 7) & 1)
            position += 1
        }
        return value
    }

    package mutating func flag() throws(NGAPDecodingError) -> Bool { try bits(1) == 1 }

    mutating func align() { position = (position + 7) & ~7 }

    /// `count` octets from the next octet boundary on.
    package mutating func alignedOctets(_ count: Int) throws(NGAPDecodingError) -> [UInt8] {
        align()
        let start = position / 8
        guard count >= 0, count <= octets.count - start else { throw .truncated }
        position += count * 8
        return Array(octets[start..<start + count])
    }

    /// A constrained whole number (X.691 11.5).
    package mutating func constrained(_ range: ClosedRange<Int>) throws(NGAPDecodingError) -> Int {
        let size = UInt64(range.upperBound - range.lowerBound) + 1
        let offset: UInt64
        switch size {
        case 1: offset = 0
        case 2...255: offset = try bits(bitWidth(size - 1))
        case 256...65_536: offset = number(try alignedOctets(size == 256 ? 1 : 2))
        default: offset = number(try alignedOctets(try constrained(1...(bitWidth(size - 1) + 7) / 8)))
        }
        guard offset < size else { throw .valueOutOfRange }
        return range.lowerBound + Int(offset)
    }

    /// An INTEGER with an extensible root; outside it, numbers of up to 7 octets are taken.
    package mutating func extensible(root: ClosedRange<Int>) throws(NGAPDecodingError) -> Int {
        guard try flag() else { return try constrained(root) }
        let octets = try alignedOctets(try length())
        guard let first = octets.first, octets.count <= 7 else { throw .valueOutOfRange }
        let magnitude = Int(number(octets))
        return first & 0x80 == 0 ? magnitude : magnitude - 1 << (octets.count * 8)
    }

    /// A general length determinant; fragments are refused (`spec/3 "PDUs"`).
    package mutating func length() throws(NGAPDecodingError) -> Int {
        let first = Int(try alignedOctets(1)[0])
        switch first >> 6 {
        case 0, 1: return first
        case 2: return (first & 0x3F) << 8 | Int(try alignedOctets(1)[0])
        default: throw .fragmented
        }
    }

    /// OCTET STRING without a size constraint, or an open type.
    package mutating func octetString() throws(NGAPDecodingError) -> [UInt8] {
        try alignedOctets(try length())
    }

    /// OCTET STRING of a fixed size: aligned from 3 octets on.
    package mutating func fixedOctets(_ count: Int) throws(NGAPDecodingError) -> [UInt8] {
        if count > 2 { align() }
        var value: [UInt8] = []
        for _ in 0..<count { value.append(UInt8(try bits(8))) }
        return value
    }

    /// BIT STRING within `sizes`; beyond them where the constraint is extensible.
    package mutating func bitString(
        sizes: ClosedRange<Int>, isExtensible: Bool
    ) throws(NGAPDecodingError) -> NGAPBitString {
        let isExtended = isExtensible ? try flag() : false
        var count = sizes.lowerBound
        if isExtended {
            count = try length()
        } else if sizes.count > 1 {
            count = try constrained(sizes)
        }
        if count > 0, sizes.upperBound > 16 || isExtended { align() }
        var value: [UInt8] = []
        var left = count
        while left > 0 {
            let part = min(8, left)
            value.append(UInt8(try bits(part)) << UInt8(8 - part))
            left -= part
        }
        return NGAPBitString(octets: value, bitCount: count)
    }

    /// PrintableString or VisibleString (SIZE(1..150, ...)); any visible character is taken from outside.
    package mutating func characters(sizes: ClosedRange<Int>) throws(NGAPDecodingError) -> String {
        let count = try flag() ? try length() : try constrained(sizes)
        let characters = count == 0 ? [] : try alignedOctets(count)
        guard characters.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .badCharacter }
        return String(decoding: characters, as: UTF8.self)
    }

    /// ENUMERATED; extension values count on behind the `root` ones.
    package mutating func enumerated(root: Int, isExtensible: Bool) throws(NGAPDecodingError) -> Int {
        if isExtensible, try flag() {
            let extra = try normallySmall()
            guard extra <= 65_535 else { throw .valueOutOfRange }
            return root + extra
        }
        return try constrained(0...root - 1)
    }

    /// Reads the preamble of a sequence with `optionals` optional fields and iE-Extensions.
    mutating func preamble(optionals: Int) throws(NGAPDecodingError) -> Preamble {
        let isExtended = try flag()
        var present: [Bool] = []
        for _ in 0..<optionals { present.append(try flag()) }
        return Preamble(isExtended: isExtended, present: present, hasExtensions: try flag())
    }

    /// Reads past iE-Extensions and extension additions that this version does not know.
    mutating func skipExtensions(_ preamble: Preamble) throws(NGAPDecodingError) {
        if preamble.hasExtensions {
            for _ in 0..<(try constrained(1...65_535)) {
                _ = try constrained(0...65_535)
                _ = try constrained(0...2)
                _ = try octetString()
            }
        }
        if preamble.isExtended { try skipAdditions() }
    }

    /// Reads past the extension additions of a sequence.
    package mutating func skipAdditions() throws(NGAPDecodingError) {
        // Up to 64 additions are counted from 1 in six bits, more have a general length (X.691 11.9.3.4).
        let count = try flag() ? try length() : Int(try bits(6)) + 1
        guard (1...1_024).contains(count) else { throw .valueOutOfRange }
        var present = 0
        for _ in 0..<count { present += try flag() ? 1 : 0 }
        for _ in 0..<present { _ = try octetString() }
    }

    private mutating func normallySmall() throws(NGAPDecodingError) -> Int {
        guard try flag() else { return Int(try bits(6)) }
        let octets = try alignedOctets(try length())
        guard !octets.isEmpty, octets.count <= 7 else { throw .valueOutOfRange }
        return Int(number(octets))
    }

    private func number(_ octets: [UInt8]) -> UInt64 {
        octets.reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// What precedes the fields of a sequence.
struct Preamble {
    var isExtended: Bool
    var present: [Bool]
    var hasExtensions: Bool

    subscript(_ index: Int) -> Bool { index < present.count && present[index] }
}
