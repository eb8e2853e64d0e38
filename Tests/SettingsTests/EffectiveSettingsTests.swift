import Settings
import Testing

/// What is in force, as data and as YAML.
@Suite struct EffectiveSettingsTests {
    private enum Air: String, CaseIterable {
        case sample
        case burst
    }

    private func read(_ text: String) throws -> EffectiveSettings {
        let file = try SettingsFile(text, name: "f.yaml")
        let root = file.root
        _ = root.string("name", default: "reader")
        _ = root.string("note")
        _ = root.int("profile", in: 0...255, default: 0x17, hexDigits: 2)
        _ = root.bool("on", default: true)
        let air = root.section("air")
        _ = air.choice("level", default: Air.burst)
        _ = air.number("snr", in: -20...80, default: 20)
        for link in root.mappings("links") ?? [] {
            _ = link.string("name")
            _ = link.strings("endpoints")
            _ = link.mapping("tls")?.string("key")
        }
        try file.finish()
        return file.effective
    }

    @Test func everyReadingIsToldWithItsDefault() throws {
        #expect(
            try read("on: true\nair: {snr: -2.5}").yaml == """
                name: reader  # default
                profile: 0x17  # default
                on: true
                air:
                  level: burst  # default
                  snr: -2.5

                """)
    }

    @Test(arguments: [
        "", "links: []", "name: \"\"", "profile: 0x7", "air: {level: sample, snr: 1e-3}", "note: \"null\"",
        "note: \"a: b # c\"", "note: \"\\u0085\\u2028\\U0001F4E1\\t\\\"\\\\\\n\\u0007\"", "note: ' x '", "name: 38",
        "links:\n- {name: a, endpoints: [\"unix:/a\", \"~\"]}\n- {tls: {key: k}}\n- {endpoints: []}",
    ])
    func theYAMLReadsBackToTheSame(text: String) throws {
        let settings = try read(text)
        let again = try read(settings.yaml)
        #expect(again.changedKeys(from: settings) == [])
        #expect(again.entries.map(\.value) == settings.entries.map(\.value))
    }

    @Test func changedKeysAreThoseWithAnotherValueOnEitherSide() throws {
        let old = try read("note: x\nair: {snr: 3}\nlinks: [{name: a}]")
        let new = try read("name: reader\nair: {snr: 4}\nlinks: [{name: b}, {name: c}]")
        #expect(new.changedKeys(from: old) == ["air.snr", "links[0].name", "links[1].name", "note"])
        #expect(try read("profile: 23").changedKeys(from: read("")) == [])
    }

    @Test func keysThatAreNotWrittenAndHaveNoDefaultAreKnown() throws {
        #expect(try read("links: [{name: a}]").unset == ["links[].endpoints", "links[].tls", "note"])
        #expect(try read("").unset == ["links", "note"])
    }
}
