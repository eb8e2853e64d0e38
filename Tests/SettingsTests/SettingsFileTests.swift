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

    /// What is written, among keys that are asked for, and what is meant.
    private static let words: [(written: String, hint: String?)] = [
        ("state-directry", "state-directory"), ("stateDirectory", "state-directory"),
        ("STATE_DIRECTORY", "state-directory"),
        ("stop-timeout", "stop-timeout-ms"), ("nmae", "name"), ("names", "name"), ("fce", "fec"),
        ("max-rounds", "air.max-rounds"),
        ("x", nil), ("r", nil), ("qq", nil), ("fog", nil), ("gain", nil), ("queue", nil), ("inventory", nil), ("", nil),
    ]

    @Test(arguments: words.indices)
    func theHintIsAKeyThatIsWrittenMuchLikeIt(index: Int) {
        let (written, hint) = Self.words[index]
        let text = problems("\"\(written)\": 1") {
            for key in ["state-directory", "stop-timeout-ms", "name", "fec", "q"] { _ = $0.has(key) }
            _ = $0.section("air").has("max-rounds")
        }
        #expect(text == "f.yaml:1:1: \(written) is not known here" + (hint.map { "; did you mean \($0)?" } ?? ""))
    }

    @Test func aMappingWithoutKeysIsAnEmptyOne() throws {
        let file = try SettingsFile("air:\ntls: ~\n", name: "f.yaml")
        #expect(file.root.mapping("air")?.int("q", in: 0...15) == nil)
        #expect(file.root.mapping("tls") != nil)
        try file.finish()
    }

    @Test func aKeyWithoutAValueIsAProblem() {
        #expect(
            problems("name:\nlist: [a, ~]") {
                _ = $0.string("name")
                _ = $0.strings("list")
            } == "f.yaml:1:6: name: write a text\nf.yaml:2:11: list: each element is a text")
    }

    @Test func aProblemIsShownAtTheKeyToBlameOrAsNearAsIsWritten() throws {
        let file = try SettingsFile("radio: {gain: 3}\nlinks: [{name: a}]", name: "f.yaml")
        _ = file.root.mapping("radio")?.int("gain", in: 0...9)
        _ = file.root.mappings("links")?.map { $0.string("name") }
        for key in ["radio.gain", "radio.sender.gain", "links[0].name", "region"] { file.problem(at: key, "no") }
        #expect(throws: SettingsProblems.self) { try file.finish() }
        do {
            try file.finish()
        } catch {
            #expect(
                error.lines == [
                    "f.yaml:1:1: region: no", "f.yaml:1:8: radio.sender.gain: no", "f.yaml:1:15: radio.gain: no",
                    "f.yaml:2:16: links[0].name: no",
                ])
        }
    }

    @Test func aliasesOfAliasesAreNotFollowedForEver() {
        let levels = (1...9).map {
            "l\($0): &l\($0) [\(Array(repeating: "*l\($0 - 1)", count: 9).joined(separator: ", "))]"
        }
        let text = "l0: &l0 [x]\n" + levels.joined(separator: "\n")
        #expect(problems(text) { _ in }.contains("too many aliases"))
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
                "f.yaml:3:6: tls: write keys and values below it, as in `tls: {KEY: VALUE}`",
                "f.yaml:4:7: list: write a list, as in `[a, b]`",
            ])
    }

    @Test func aTabIsToldAsWhatItIs() {
        #expect(problems("a:\n\tb: 1") { _ = $0.mapping("a") }.contains("indent with spaces, not tabs"))
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
