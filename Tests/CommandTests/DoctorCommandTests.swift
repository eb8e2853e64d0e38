import Foundation
import Testing

/// `devices` and `doctor` as processes, on whatever machine the tests run: what they find is not known, its form is.
@Suite struct DoctorCommandTests {
    private func objects(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
    }

    @Test func devicesListsBoxesOrSaysWhatToLookAt() throws {
        let program = try Program.run(["devices", "--format", "json"])
        let boxes = try objects(program.output)
        #expect(program.status == (boxes.isEmpty ? 69 : 0))
        #expect(boxes.isEmpty == program.errors.contains("lsusb"))
        #expect(boxes.allSatisfy { $0["type"] as? String == "box" && $0["address"] is Int })
    }

    @Test func doctorTellsOfEveryCheckAndEndsWithOneWhereSomethingIsInTheWay() throws {
        let program = try Program.run(["doctor", "--format", "json"])
        let findings = try objects(program.output)
        #expect(Set(findings.compactMap { $0["check"] as? String }).count >= 17)
        let problems = findings.filter { $0["verdict"] as? String == "problem" }
        #expect(program.status == (problems.isEmpty ? 0 : 1))
        #expect(problems.allSatisfy { ($0["remedy"] as? String)?.isEmpty == false })
    }

    @Test func doctorJudgesTheConfigurationThatItIsGiven() throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "reader.yaml")
        try Data("front-end: {type: lopback}\nlinks: [{name: core, endpoints: [\"unix:/run/x\"]}]\n".utf8).write(
            to: file)
        let wrong = try Program.run(["doctor", "--config", file.path])
        #expect(wrong.status == 1)
        #expect(wrong.output.contains("\(file.path):1:"))
        let text =
            "front-end: {type: pluto, serial: no-such}\nregion: screened\nlinks: [{name: core, endpoints: [\"unix:/run/x\"]}]\nstate-directory: \(folder.path)\n"
        try Data(text.utf8).write(to: file)
        let absent = try Program.run(["doctor", "--config", file.path])
        #expect(absent.status == 1)
        #expect(absent.output.contains("is valid"))
        #expect(absent.output.contains("a pluto with a serial that ends with no-such, which is not there"))
        #expect(absent.output.contains("\(folder.path) may be written"))
        #expect(absent.output.contains("core: there is no socket at unix:/run/x"))
        #expect(try Program.run(["doctor", "--config", folder.appending(path: "none").path]).status == 66)
    }
}
