import Settings
import Testing

@Suite struct SettingsFileTests {
    private enum Air: String, CaseIterable {
        case sample
        case burst
    }

    /// What `finish` says after `ask` has asked for its keys.
    private func problems(_ text: String, _ ask: (SettingsMapping) -> Void) -> String {
        do {
            let file = try SettingsFile(text, name: "f.yaml")
            ask(file.root)
            try file.finish()
            return ""
        } catch {
            return error.description
        }
    }

    @Test func everyKindOfValueIsRead() throws {
        let file = try SettingsFile(
            """
            name: reader-1
            port: 38_413
            profile: 0x57
            snr: -2.5
            on: true
            air: burst
            list: [a, "b"]
            inner: {key: x}
            links:
              - name: one
              - name: two
            """, name: "f.yaml")
        let root = file.root
        #expect(root.string("name") == "reader-1")
        #expect(root.int("port", in: 1...65_535) == 38_413)
        #expect(root.int("profile", in: 0...255) == 0x57)
        #expect(root.number("snr", in: -20...80) == -2.5)
        #expect(root.bool("on") == true)
        #expect(root.choice("air", of: Air.self) == .burst)
        #expect(root.strings("list") == ["a", "b"])
        #expect(root.mapping("inner")?.string("key") == "x")
        #expect(root.mappings("links")?.map { $0.string("name") } == ["one", "two"])
        #expect(root.string("absent") == nil)
        try file.finish()
    }

    @Test func anUnknownKeyIsNamedWithItsPlaceAndTheNearestRightOne() {
        let text = problems("name: x\nlinks:\n  - nmae: y\n") {
            _ = $0.string("name")
            for link in $0.mappings("links") ?? [] { _ = link.string("name") }
        }
        #expect(text == "f.yaml:3:5: links[0].nmae is not known here; did you mean links[0].name?")
    }

    @Test func allProblemsAreToldAtOnceInTheOrderOfTheFile() {
        let text = problems("port: 70000\nair: water\ntls: 5\nlist: x\n") {
            _ = $0.mapping("tls")
            _ = $0.strings("list")
            _ = $0.choice("air", of: Air.self)
            _ = $0.int("port", in: 1...65_535)
            $0.problem("gone", "give it")
        }
        #expect(
            text.split(separator: "\n") == [
                "f.yaml:1:1: gone: give it",
                "f.yaml:1:7: port: write a whole number from 1 to 65535",
                "f.yaml:2:6: air: write one of sample, burst",
                "f.yaml:3:6: tls: write keys and values below it",
                "f.yaml:4:7: list: write a list, as in `[a, b]`",
            ])
    }

    @Test(arguments: ["a: [", "a: 1\na: 2", "- x", "just words", "\u{1}", "a:\n\t- b"])
    func whatIsNoMappingIsAnErrorWithAPlace(text: String) {
        #expect(problems(text) { _ = $0.int("a", in: 0...9) }.hasPrefix("f.yaml:"))
    }

    @Test func anEmptyFileIsAnEmptyMapping() {
        #expect(problems("") { _ = $0.string("a") } == "")
        #expect(problems("# nothing\n") { _ = $0.string("a") } == "")
    }
}
