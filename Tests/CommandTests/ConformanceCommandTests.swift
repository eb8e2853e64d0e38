import Foundation
import Testing

@Suite struct ConformanceCommandTests {
    @Test func allVectorsAndCapturesPass() throws {
        let run = try Program.run(["conformance", "Tests/Vectors", "Tests/Captures"])
        #expect(run.status == 0, "\(run.output)")
        #expect(run.output.contains(" passed, 0 failed"))
    }

    @Test(arguments: ["security", "air", "ngap"])
    func aChangedOctetInAVectorFileFails(name: String) throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        var text = try String(
            contentsOf: Program.root.appending(path: "Tests/Vectors/\(name).json"), encoding: .utf8)
        let key = ["security": "\"accessResponse\": \"02", "air": "\"pdu\": \"", "ngap": "\"aper\": \""][name] ?? ""
        let place = try #require(text.range(of: key)?.upperBound)
        let digit = text[place]
        text.replaceSubrange(place...place, with: digit == "3" ? "4" : "3")
        let file = folder.appending(path: "changed.json")
        try Data(text.utf8).write(to: file)
        let run = try Program.run(["conformance", file.path])
        #expect(run.status == 1)
        #expect(run.output.contains("expected"))
    }

    @Test func aDamagedCaptureFails() throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let captures = Program.root.appending(path: "Tests/Captures")
        for ending in ["sigmf-meta", "truth.json", "sigmf-data"] {
            try FileManager.default.copyItem(
                at: captures.appending(path: "one-device.\(ending)"), to: folder.appending(path: "c.\(ending)"))
        }
        #expect(try Program.run(["conformance", folder.path]).status == 0)
        let file = folder.appending(path: "c.sigmf-data")
        var data = try Data(contentsOf: file)
        data[data.count / 2] ^= 1
        try data.write(to: file)
        let run = try Program.run(["conformance", folder.path])
        #expect(run.status == 1)
        #expect(run.output.contains("checksum"))
    }
}
