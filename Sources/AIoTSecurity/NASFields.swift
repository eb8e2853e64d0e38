import AIoTBase

/// Reads a NAS PDU field by field, after its type octet and length have been found right.
struct NASReader {
    private var octets: ArraySlice<UInt8>

    /// Checks type and length of `pdu` and stands after the type octet.
    init(_ pdu: [UInt8], type: NASType) throws(NASDecodingError) {
        let limit = NASLimits.octets(type.direction)
        guard let first = pdu.first else { throw .truncated }
        guard let found = NASType(rawValue: first) else { throw .unknownType(first) }
        guard found == type else { throw .unexpectedType(found) }
        guard pdu.count <= limit else { throw .tooLong(pdu.count, limit: limit) }
        octets = pdu.dropFirst()
    }

    /// Reads fields that have no type octet in front.
    init(fields: [UInt8]) {
        octets = fields[...]
    }

    var isAtEnd: Bool { octets.isEmpty }

    mutating func octet() throws(NASDecodingError) -> UInt8 {
        guard let octet = octets.popFirst() else { throw .truncated }
        return octet
    }

    mutating func octets(_ count: Int) throws(NASDecodingError) -> [UInt8] {
        guard octets.count >= count else { throw .truncated }
        defer { octets = octets.dropFirst(count) }
        return Array(octets.prefix(count))
    }

    mutating func number16() throws(NASDecodingError) -> UInt16 {
        try octets(2).reduce(0) { $0 << 8 | UInt16($1) }
    }

    mutating func nonce() throws(NASDecodingError) -> Nonce {
        guard let nonce = Nonce(try octets(16)) else { throw .truncated }
        return nonce
    }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { octets = [] }
        return Array(octets)
    }

    /// All that is left, at least one octet: a protected block ends with its PDU.
    mutating func protectedBlock() throws(NASDecodingError) -> [UInt8] {
        guard !octets.isEmpty else { throw .truncated }
        return rest()
    }

    func finish() throws(NASDecodingError) {
        guard octets.isEmpty else { throw .trailingOctets(octets.count) }
    }
}

extension NASType {
    /// The type octet and `fields`, unless they are too long for the direction.
    func encoded(_ fields: [UInt8]) throws(NASEncodingError) -> [UInt8] {
        let limit = NASLimits.octets(direction)
        guard fields.count + 1 <= limit else { throw .tooLong(fields.count + 1, limit: limit) }
        return [rawValue] + fields
    }

    /// A PDU that is nothing but its type and a protected block.
    func encoded(protectedBlock: [UInt8]) throws(NASEncodingError) -> [UInt8] {
        guard !protectedBlock.isEmpty else { throw .emptyBlock }
        return try encoded(protectedBlock)
    }
}
