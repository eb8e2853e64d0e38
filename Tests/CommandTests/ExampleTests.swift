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
}
