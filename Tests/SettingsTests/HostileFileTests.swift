import Settings
import Testing

/// Files that nobody means: each is told at a place and at once, none ends the program.
@Suite(.timeLimit(.minutes(1))) struct HostileFileTests {
    private static let texts = [
        "deep lists": String(repeating: "[", count: 100_000),
        "deep mappings": String(repeating: "{a: ", count: 100_000),
        "deep blocks": (0..<2_000).map { String(repeating: " ", count: $0) + "a:" }.joined(separator: "\n"),
        "a zero": "a: \u{0}",
        "a mark of byte order and lines of Windows": "\u{FEFF}a: 1\r\nb: 2\r\n",
        "a list as key": "? [a, b]\n: c",
        "a mapping as key": "? {a: b}\n: c",
        "two documents": "a: 1\n---\nb: 2",
        "an alias of nothing": "a: *a",
        "an alias of itself": "a: &a [*a]",
        "a mapping merged with itself": "a: &a {<<: *a}",
        "a long key": "? " + String(repeating: "x", count: 1_000_000) + "\n: 1",
        "a long text": "name: " + String(repeating: "x", count: 1_000_000),
        "many aliases": """
        a: &a [\(String(repeating: "x, ", count: 999))x]
        b: &b [\(String(repeating: "*a, ", count: 999))*a]
        c: [*b, *b]
        """,
        "many problems": "links: [" + String(repeating: "{name: a}, ", count: 30_000) + "]",
        "a directive": "%TAG ! x",
        "half a pair": "\"\\uD800\": 1",
    ]

    @Test(arguments: texts.keys.sorted())
    func aHostileFileIsRefusedWithAPlace(of name: String) throws {
        let text = try #require(Self.texts[name])
        var found = ""
        do {
            let file = try SettingsFile(text, name: "f.yaml")
            _ = file.root.int("name", in: 0...9)
            for link in file.root.mappings("links") ?? [] { _ = link.int("name", in: 0...9) }
            try file.finish()
        } catch {
            found = String(error.description.prefix(200))
        }
        #expect(found.hasPrefix("f.yaml:"), "\(found)")
    }

    @Test func aLongListIsReadInTime() throws {
        let file = try SettingsFile("links: [" + String(repeating: "{name: a}, ", count: 30_000) + "]", name: "f.yaml")
        for link in file.root.mappings("links") ?? [] {
            for key in ["name", "b", "c", "d"] { _ = link.string(key, default: "") }
        }
        try file.finish()
        #expect(file.effective.entries.count == 120_000)
    }
}
