/// Reads JSON (RFC 8259) from any octets: nesting is bounded, and nothing traps.
struct JSONParser {
    /// Levels of arrays and objects (*ours*); metadata has four.
    private static let maximumDepth = 64

    private let octets: [UInt8]
    private var position = 0

    private init(_ octets: [UInt8]) {
        self.octets = octets
    }

    /// The one value that `octets` hold; a byte order mark before it is passed over.
    static func value(of octets: [UInt8]) throws(SigMFError) -> JSONValue {
        var parser = JSONParser(octets)
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == octets.count else { throw parser.fault("text behind the end") }
        return value
    }

    private func fault(_ reason: String) -> SigMFError { .notJSON(reason, at: position) }

    private var next: UInt8? { position < octets.count ? octets[position] : nil }

    private mutating func skipSpace() {
        while let octet = next, [0x20, 0x09, 0x0A, 0x0D].contains(octet) { position += 1 }
    }

    /// Moves past `character` if it is next.
    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(SigMFError) -> JSONValue {
        guard depth < Self.maximumDepth else { throw fault("nesting beyond \(Self.maximumDepth) levels") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some: return try number()
        case .none: throw fault("end of the text where a value belongs")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(SigMFError) -> JSONValue {
        guard octets[position...].starts(with: word.utf8) else { throw fault("an unknown word") }
        position += word.utf8.count
        return value
    }
}

// MARK: - Arrays and objects

extension JSONParser {
    private mutating func array(depth: Int) throws(SigMFError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if take("]") { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take("]") { return .array(elements) }
            guard take(",") else { throw fault("neither ',' nor ']' after an element") }
        }
    }

    private mutating func object(depth: Int) throws(SigMFError) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw fault("no name where one belongs") }
            let name = try string()
            skipSpace()
            guard take(":") else { throw fault("no ':' after a name") }
            members.append(.init(name, try value(depth: depth + 1)))
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw fault("neither ',' nor '}' after a member") }
        }
    }
}

// MARK: - Numbers

extension JSONParser {
    private mutating func number() throws(SigMFError) -> JSONValue {
        let start = position
        _ = take("-")
        if !take("0") { try digits() }
        var isWhole = true
        if take(".") {
            isWhole = false
            try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: octets[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        guard let value = Double(text), value.isFinite else { throw fault("a number too large") }
        return .number(value)
    }

    private mutating func digits() throws(SigMFError) {
        let start = position
        while let octet = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet) { position += 1 }
        guard position > start else { throw fault("no digit where one belongs") }
    }
}

// MARK: - Strings

extension JSONParser {
    private mutating func string() throws(SigMFError) -> String {
        position += 1
        var utf8: [UInt8] = []
        while let octet = next {
            switch octet {
            case UInt8(ascii: "\""):
                guard let text = String(validating: utf8, as: UTF8.self) else { throw fault("a string not in UTF-8") }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                position += 1
                utf8 += try escaped()
            case ..<0x20: throw fault("a control character in a string")
            default:
                utf8.append(octet)
                position += 1
            }
        }
        throw fault("a string without an end")
    }

    /// What stands behind a backslash, in UTF-8.
    private mutating func escaped() throws(SigMFError) -> [UInt8] {
        let plain: [Character: UInt8] = [
            "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 0x08, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09,
        ]
        guard let octet = next else { throw fault("a string without an end") }
        let character = Character(Unicode.Scalar(octet))
        if let value = plain[character] {
            position += 1
            return [value]
        }
        guard take("u") else { throw fault("an unknown escape") }
        var code = try fourDigits()
        if 0xD800..<0xDC00 ~= code {
            guard take("\\"), take("u") else { throw fault("half a surrogate pair") }
            let low = try fourDigits()
            guard 0xDC00..<0xE000 ~= low else { throw fault("half a surrogate pair") }
            code = 0x1_0000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair") }
        return Array(String(scalar).utf8)
    }

    private mutating func fourDigits() throws(SigMFError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let octet = next, let digit = Character(Unicode.Scalar(octet)).hexDigitValue, octet < 0x80 else {
                throw fault("no hexadecimal digit where one belongs")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
