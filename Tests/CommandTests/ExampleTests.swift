import Foundation
import Testing

/// The annotated configurations of `docs/examples`, given to the program.
@Suite struct ExampleTests {
    private static let examples: [(name: String, command: [String], status: Int32, missing: String)] = [
        ("reader", ["run"], 78, "reader.pem"),
        ("aiotf", ["aiotf"], 78, "aiotf-key"),
    ]

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Program.root.appending(path: "docs/examples/\(name).yaml"), encoding: .utf8)
    }

    /// Runs with the paths of the example moved to an empty folder.
    private func run(_ example: String, _ command: [String], adding line: String = "") throws -> Program {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = ["/etc/aiot-reader", "/var/lib/aiot-reader-aiotf", "/var/lib/aiot-reader", "/run/aiot-reader-aiotf"]
            .reduce(try text(example)) { $0.replacing("\($1)/", with: "\(folder.path)/") }
            .replacing("state-directory: /var/lib/aiot-reader", with: "state-directory: \(folder.path)")
        let file = folder.appending(path: "\(example).yaml")
        try Data((text + line).utf8).write(to: file)
        return try Program.run(command + ["--config", file.path])
    }

    @Test(arguments: ofReaders)
    func anExampleOfAReaderIsRight(name: String) throws {
        let run = try Program.run(["check-config", "docs/examples/\(name).yaml"])
        #expect(run.status == 0, "\(run.output)")
    }

    @Test(arguments: examples.indices)
    func anExampleIsRightUpToTheFilesThatItNames(index: Int) throws {
        let (name, command, status, missing) = Self.examples[index]
        let run = try run(name, command)
        #expect(!run.errors.contains("\(name).yaml:"), "\(run.errors)")
        #expect(run.errors.contains(missing), "\(run.errors)")
        #expect(run.status == status, "\(run.errors)")
    }

    /// Where they are not there, which is a problem, or are.
    @Test(arguments: [("pluto", "ADALM-Pluto"), ("two-box", "HackRF")])
    func anExampleWithBoxesIsValidAndAsksForThem(name: String, box: String) throws {
        let run = try run(name, ["doctor", "--format", "json"])
        let findings = run.output.split(separator: "\n")
        let configuration = try #require(findings.first { $0.contains("\"check\":\"configuration\"") })
        #expect(configuration.contains("\"verdict\":\"ok\""), "\(configuration)")
        let boxes = findings.filter { $0.contains("\"check\":\"boxes\"") }
        #expect(boxes.contains { $0.contains("\"verdict\":\"problem\"") || $0.contains(box) }, "\(run.output)")
    }

    @Test(arguments: examples.indices)
    func aKeyThatNobodyKnowsIsToldWithItsLine(index: Int) throws {
        let (name, command, _, _) = Self.examples[index]
        let run = try run(name, command, adding: "nonsense: 1\n")
        #expect(run.status == 78)
        #expect(run.errors.contains("\(name).yaml:"))
        #expect(run.errors.contains("nonsense is not known here"))
    }

    // MARK: What they say of settings

    private static let ofReaders = ["reader", "pluto", "two-box"]

    /// What would be in force: YAML by key with `[]` for places of lists, nil where there is none; and what is a default.
    private func effective(
        _ text: String, _ more: [String] = []
    ) throws -> (values: [String: String?], defaults: Set<String>) {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "reader.yaml")
        try Data(text.utf8).write(to: file)
        let run = try Program.run(["check-config", file.path, "--effective", "--format", "json"] + more)
        #expect(run.status == 0, "\(run.output)")
        let settings = run.lines(ofType: "setting").compactMap { line in
            (line["key"] as? String).map { (key: $0, value: line["value"] as? String, isDefault: line["default"]) }
        }
        return (
            Dictionary(settings.map { ($0.key.replacing(/\[\d+\]/, with: "[]"), $0.value) }) { first, _ in first },
            Set(settings.filter { $0.isDefault as? Bool == true }.map(\.key))
        )
    }

    @Test(arguments: ofReaders)
    func aLineThatSaysDefaultMayBeLeftOut(name: String) throws {
        let lines = try text(name).split(separator: "\n", omittingEmptySubsequences: false)
        let kept = lines.filter { !$0.contains(/^[^#]*# default/) }
        #expect(kept.count < lines.count - 3)
        let (whole, less) = (try effective(lines.joined(separator: "\n")), try effective(kept.joined(separator: "\n")))
        #expect(whole.values == less.values)
        #expect(less.defaults.count >= whole.defaults.count + lines.count - kept.count)
    }

    /// The file with the settings that it has in comments.
    private func uncommented(_ name: String) throws -> String {
        try text(name).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.contains(/^ *# +(- )?[a-z-]+:\s/) || line.contains(/^ *# +[a-z-]+:$/)
                ? String(line.replacing("# ", with: "", maxReplacements: 1)) : String(line)
        }.joined(separator: "\n")
    }

    @Test func theExampleOfAReaderHasEveryKey() throws {
        let settings = try effective(try uncommented("reader"), ["--set", "front-end.air=sample"])
        let missing = settings.values.filter { $0.value == nil }.map(\.key)
        #expect(Set(missing) == ["front-end.journal", "links[].tls"])
        for section in ["limits", "record", "metrics", "health[]", "trace", "control"] {
            #expect(settings.values.keys.contains { $0.hasPrefix(section + ".") }, "\(section)")
        }
    }

    /// First cells of the tables of a document, each name in it.
    private func names(in document: String) throws -> Set<String> {
        let text = try String(contentsOf: Program.root.appending(path: "docs/\(document)"), encoding: .utf8)
        var names: Set<String> = []
        var isInside = false
        for line in text.split(separator: "\n") {
            if !line.hasPrefix("|") { isInside = false }
            if line.hasPrefix("| key") {
                isInside = true
                continue
            }
            guard isInside, let cell = line.split(separator: "|").first else { continue }
            names.formUnion(cell.matches(of: /`([^`]+)`/).map { String($0.1) })
        }
        return names
    }

    @Test func theTablesOfTheDocumentsHaveTheKeysThatTheProgramAsksFor() throws {
        var keys = Set(try effective(try uncommented("reader"), ["--set", "front-end.air=sample"]).values.keys)
        let recording = Program.root.appending(path: "Tests/Captures/one-device").path
        let replay = "front-end: {type: replay, file: \(recording)}\nlinks: [{endpoints: [\"unix:/x\"]}]"
        keys.formUnion(try effective(replay).values.keys.filter { $0.hasPrefix("front-end.") })
        var ofBoxes: Set<String> = []
        for box in ["pluto", "two-box"] {
            for key in try effective(try uncommented(box)).values.keys where key.hasPrefix("front-end.") {
                ofBoxes.insert(String(key.split(separator: ".").last ?? ""))
            }
        }
        let daemon = try names(in: "operating.md")
        #expect(daemon.symmetricDifference(keys) == [])
        let boxes = try names(in: "front-ends.md").subtracting(["transmitter", "receiver"])
        #expect(boxes.symmetricDifference(ofBoxes) == [])
    }
}
