/// Writes aligned PER (X.691, the aligned variant).
package struct PERWriter {
    package private(set) var octets: [UInt8] = []
    private var freeBits = 0

    package init() {}

    /// The low `count` bits of `value`, unaligned.
    package mutating func bits(_ value: UInt64, _ count: Int) {
        for shift in stride(from: count - 1, through: 0, by: -1) {
            if freeBits == 0 {
                octets.append(0)
                freeBits = 8
            }
            freeBits -= 1
            octets[octets.count - 1] |= UInt8(truncatingIfNeeded: value >> UInt64(shift) & 1) << UInt8(freeBits)
        }
    }

    package mutating func flag(_ value: Bool) { bits(value ? 1 : 0, 1) }

    /// Goes on at the next octet.
    package mutating func align() { freeBits = 0 }

    /// Octets from the next octet boundary on.
    package mutating func alignedOctets(_ more: [UInt8]) {
        align()
        octets += more
    }

    /// Extension bit (off), then one bit for each optional field, iE-Extensions (never written) last.
    mutating func preamble(_ optionals: Bool...) {
        flag(false)
        for isPresent in optionals { flag(isPresent) }
        flag(false)
    }

    /// A constrained whole number (X.691 11.5); a value outside the range is refused.
    package mutating func constrained(_ value: Int, _ range: ClosedRange<Int>) throws(NGAPEncodingError) {
        guard range.contains(value) else { throw .valueOutOfRange(value, range) }
        let offset = UInt64(value - range.lowerBound)
        let size = UInt64(range.upperBound - range.lowerBound) + 1
        switch size {
        case 1: break
        case 2...255: bits(offset, bitWidth(size - 1))
        case 256: alignedOctets([UInt8(offset)])
        case 257...65_536: alignedOctets([UInt8(offset >> 8), UInt8(offset & 0xFF)])
        default:
            let minimal = minimalOctets(offset)
            try constrained(minimal.count, 1...minimalOctets(size - 1).count)
            alignedOctets(minimal)
        }
    }

    /// An INTEGER with an extensible root; values outside the root follow as unconstrained numbers.
    package mutating func extensible(_ value: Int, root: ClosedRange<Int>) throws(NGAPEncodingError) {
        flag(!root.contains(value))
        if root.contains(value) {
            try constrained(value, root)
        } else {
            let octets = twosComplement(value)
            try length(octets.count)
            alignedOctets(octets)
        }
    }

    /// A general length determinant; fragments are never needed here (`spec/3 "PDUs"`).
    package mutating func length(_ count: Int) throws(NGAPEncodingError) {
        switch count {
        case 0...127: alignedOctets([UInt8(count)])
        case 128...16_383: alignedOctets([0x80 | UInt8(count >> 8), UInt8(count & 0xFF)])
        default: throw .tooLong(count)
        }
    }

    /// OCTET STRING without a size constraint.
    package mutating func octetString(_ value: [UInt8]) throws(NGAPEncodingError) {
        try length(value.count)
        alignedOctets(value)
    }

    /// OCTET STRING of a fixed size: aligned from 3 octets on.
    package mutating func fixedOctets(_ value: [UInt8], _ count: Int) throws(NGAPEncodingError) {
        guard value.count == count else { throw .wrongOctetCount(value.count, expected: count) }
        if count > 2 { align() }
        for octet in value { bits(UInt64(octet), 8) }
    }

    /// BIT STRING of variable size within `sizes`; `isExtensible` where the size constraint is.
    package mutating func bitString(
        _ value: NGAPBitString, sizes: ClosedRange<Int>, isExtensible: Bool
    ) throws(NGAPEncodingError) {
        guard value.bitCount >= 0, value.octets.count == (value.bitCount + 7) / 8 else {
            throw .wrongOctetCount(value.octets.count, expected: (value.bitCount + 7) / 8)
        }
        let isInRoot = sizes.contains(value.bitCount)
        guard isInRoot || isExtensible else { throw .valueOutOfRange(value.bitCount, sizes) }
        if isExtensible { flag(!isInRoot) }
        if !isInRoot {
            try length(value.bitCount)
        } else if sizes.count > 1 {
            try constrained(value.bitCount, sizes)
        }
        if value.bitCount == 0 { return }
        if sizes.upperBound > 16 || !isInRoot { align() }
        var left = value.bitCount
        for octet in value.octets where left > 0 {
            let count = min(8, left)
            bits(UInt64(octet) >> UInt64(8 - count), count)
            left -= count
        }
    }

    /// PrintableString or VisibleString (SIZE(1..150, ...)); 8 bits a character.
    package mutating func characters(_ value: String, sizes: ClosedRange<Int>) throws(NGAPEncodingError) {
        let characters = Array(value.utf8)
        guard characters.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .badCharacter }
        let isInRoot = sizes.contains(characters.count)
        flag(!isInRoot)
        if isInRoot { try constrained(characters.count, sizes) } else { try length(characters.count) }
        if !characters.isEmpty { alignedOctets(characters) }
    }

    /// ENUMERATED; `root` values of the root, then extension values where there may be any.
    package mutating func enumerated(_ value: Int, root: Int, isExtensible: Bool) throws(NGAPEncodingError) {
        let isInRoot = value < root
        guard value >= 0, isInRoot || isExtensible else { throw .valueOutOfRange(value, 0...max(0, root - 1)) }
        if isExtensible { flag(!isInRoot) }
        if isInRoot { try constrained(value, 0...root - 1) } else { try normallySmall(value - root) }
    }

    private mutating func normallySmall(_ value: Int) throws(NGAPEncodingError) {
        flag(value > 63)
        if value <= 63 {
            bits(UInt64(value), 6)
        } else {
            let minimal = minimalOctets(UInt64(value))
            try length(minimal.count)
            alignedOctets(minimal)
        }
    }

    private func minimalOctets(_ value: UInt64) -> [UInt8] {
        let octets = (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
        return Array(octets.drop { $0 == 0 }.isEmpty ? [0] : octets.drop { $0 == 0 })
    }

    private func twosComplement(_ value: Int) -> [UInt8] {
        var octets = (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        while octets.count > 1, octets[0] == (octets[1] & 0x80 == 0 ? 0 : 0xFF) { octets.removeFirst() }
        return octets
    }
}

/// Bits that tell `largest` and everything below apart.
func bitWidth(_ largest: UInt64) -> Int { 64 - largest.leadingZeroBitCount }
