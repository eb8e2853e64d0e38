import Settings
import Testing

/// Variables of the environment and flags in front of a file.
@Suite struct OverrideTests {
    private let text = """
        state: /srv
        air: {q: 3, access: cbra}
        links:
          - name: one
            endpoints: [a, b]
        """

    /// Keys of a reader, and what they were read as; or the problems.
    private func read(_ overrides: [SettingsOverride], _ text: String? = nil) -> String {
        do {
            let file = try SettingsFile(text ?? self.text, name: "f.yaml", overrides: overrides)
            _ = file.root.string("state", default: "/var")
            let air = file.root.section("air")
            _ = air.int("q", in: 0...15)
            _ = air.string("access", default: "auto")
            _ = air.int("max-rounds", in: 1...100, default: 16)
            for link in file.root.mappings("links") ?? [] {
                _ = link.string("name")
                _ = link.strings("endpoints")
            }
            try file.finish()
            return file.effective.entries.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        } catch {
            return "\(error)"
        }
    }

    private func set(_ assignments: String...) -> [SettingsOverride] {
        assignments.compactMap { SettingsOverride(assignment: $0, flag: "--set") }
    }

    @Test func aFlagGoesBeforeTheFileAndALaterOneBeforeAnEarlierOne() {
        #expect(read(set("air.q=4", "air.q=5", "state=/x")).hasPrefix("state=/x air.q=5 air.access=cbra"))
    }

    @Test func aVariableIsAKeyWithTwoLinesForADotAndOneForADash() {
        let variables = SettingsOverride.inEnvironment(
            [
                "AIOT_READER_AIR__MAX_ROUNDS": "8", "AIOT_READER_LINKS__0__NAME": "core",
                "AIOT_READER_LINKS__1": "{name: two, endpoints: [c]}", "PATH": "/bin",
            ], prefix: "AIOT_READER_")
        #expect(variables.map(\.key) == ["air.max-rounds", "links.0.name", "links.1"])
        let found = read(variables)
        #expect(found.contains("air.max-rounds=8 "))
        #expect(found.contains("links[0].name=core links[0].endpoints=[a, b] links[1].name=two"))
    }

    @Test func aKeyMayStandBelowAMappingThatTheFileDoesNotHave() {
        #expect(read(set("air.max-rounds=9"), "state: /x").contains("air.max-rounds=9"))
        #expect(read(set("air.max-rounds=9"), "air:").contains("air.max-rounds=9"))
        #expect(read(set("links[0].name=x"), "").contains("links[0].name=x"))
    }

    @Test(arguments: ["air.q=", "air.q=~", "air.q=null"])
    func aValueOfNothingTakesTheKeyBack(assignment: String) {
        #expect(!read(set(assignment)).contains("air.q"))
        #expect(read(set("air=")).contains("air.access=auto"))
    }

    @Test func aTextIsNotReadAsYAML() {
        let override = SettingsOverride(name: "--state", key: "state", value: .text("~"))
        #expect(read([override]).hasPrefix("state=\"~\""))
    }

    private static let mistakes: [(assignment: String, problem: String)] = [
        ("air.q=x", "--set air.q: air.q: write a whole number from 0 to 15"),
        ("air.max-round=8", "--set air.max-round: air.max-round is not known here; did you mean air.max-rounds?"),
        ("max-rounds=8", "--set max-rounds: max-rounds is not known here; did you mean air.max-rounds?"),
        ("MAX_ROUNDS=8", "--set MAX_ROUNDS: MAX_ROUNDS is not known here; did you mean air.max-rounds?"),
        ("nothing=", "--set nothing: nothing is not known here"),
        ("links[2].name=x", "--set links[2].name: links has 1 entries: write [1] to add one"),
        ("links.x.name=x", "--set links.x.name: links holds no keys: set it as a whole"),
        ("state.folder=x", "--set state.folder: state holds no keys: set it as a whole"),
        ("air[0]=x", "--set air[0]: air is no list: write a key below it"),
        ("air.=1", "--set air.: write a key, as in air.max-rounds or links[0].name"),
        (
            "air.q=[",
            "--set air.q: air.q: while parsing a flow node: did not find expected node content; quote what is no YAML"
        ),
        ("air={q: 1, q: 2}", "--set air: air: q stands here more than once: keep one; quote what is no YAML"),
    ]

    @Test(arguments: mistakes.indices)
    func aMistakeIsToldWithTheNameOfTheFlag(index: Int) {
        #expect(read(set(Self.mistakes[index].assignment)) == Self.mistakes[index].problem)
    }

    @Test func problemsOfTheFileComeFirst() {
        let found = read(set("air.q=x"), "air: {max-rounds: 0}").split(separator: "\n")
        #expect(found.map { $0.prefix(6) } == ["f.yaml", "--set "])
    }

    @Test func anAssignmentHasAKeyAndAnEqualsSign() {
        #expect(set("air.q", "=5", "").isEmpty)
        #expect(set("a=b=c").first?.value == .yaml("b=c"))
    }
}
