import AIoTBase
import AIoTCapture
import Testing

/// The parser is reached through the metadata, the only place that uses it.
@Suite struct JSONTests {
    private func description(_ literal: String) throws -> String? {
        try SigMFMetadata(
            parsing: Array(#"{"global": {"core:datatype": "ci8", "core:description": \#(literal)}}"#.utf8)
        ).description
    }

    private func rate(_ literal: String) throws -> Double? {
        try SigMFMetadata(
            parsing: Array(#"{"global": {"core:datatype": "ci8", "core:sample_rate": \#(literal)}}"#.utf8)
        ).sampleRateHz
    }

    @Test func escapesStandForTheirCharacters() throws {
        #expect(try description(#""a\"\\\/\b\f\n\r\t\u0041\u20ac\ud83d\ude00ü""#) == "a\"\\/\u{8}\u{c}\n\r\tA€😀ü")
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ud83d\u0041""#, #""\ude00""#, #""\u12g4""#, #""\u+123""#, #""\x""#, "\"\n\"", #"""#, "nul",
        "tru", "[", "[1", "[1,", "[1,]", "{", #"{"a""#, #"{"a":"#, #"{"a":1"#, #"{"a":1,}"#, "{1:2}", "01", "+1", "1.",
        ".5", "1e", "-", "1e999", "}", "",
    ])
    func whatIsNoJSONIsRefused(literal: String) {
        #expect(throws: SigMFError.self) { try description(literal) }
    }

    @Test(arguments: [("1", 1), ("1.5", 1.5), ("2e6", 2e6), ("2.5E+6", 2.5e6), ("18446744073709551616", 0x1p64)])
    func numbersAreReadInEveryForm(literal: String, value: Double) throws {
        #expect(try rate(literal) == value)
    }

    @Test func nestingIsBounded() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: SigMFError.notJSON("nesting beyond 64 levels", at: 118)) { try description(deep) }
    }

    @Test func ofTwoMembersWithOneNameTheLastCounts() throws {
        let text = #"{"global": {"core:datatype": "x", "core:datatype": "ci8"}}"#
        #expect(try SigMFMetadata(parsing: Array(text.utf8)).format == .ci8)
    }

    @Test func textBehindTheEndIsRefusedAndAByteOrderMarkIsNot() throws {
        let text = Array(#"{"global": {"core:datatype": "ci8"}}"#.utf8)
        #expect(try SigMFMetadata(parsing: [0xEF, 0xBB, 0xBF] + text + [0x0A]).format == .ci8)
        #expect(throws: SigMFError.notJSON("text behind the end", at: text.count)) {
            try SigMFMetadata(parsing: text + [0x7D])
        }
    }

    @Test func aStringMustBeUTF8() {
        let text = Array(#"{"global": {"core:datatype": ""#.utf8) + [0xFF] + Array(#""}}"#.utf8)
        #expect(throws: SigMFError.self) { try SigMFMetadata(parsing: text) }
    }

    @Test func everyValueIsWrittenAsItIsRead() throws {
        let value = JSONValue.object([
            .init("empty", .array([])), .init("none", .object([])),
            .init("list", .array([.null, .bool(true), .integer(.min), .number(0.1), .number(1e300)])),
            .init("text", .string("\u{0}\u{1F}\"\\\n€😀")),
        ])
        let text = #"{"global": {"core:datatype": "ci8"}, "captures": [], "more": \#(value.text)}"#
        #expect(try SigMFMetadata(parsing: Array(text.utf8)).captures == [])
        #expect(value.text.contains(#""text": "\u0000\u001f\"\\\n€😀""#))
        #expect(value.text.contains(#""empty": []"#))
        #expect(JSONValue.number(.infinity).text == "null")
    }
}
