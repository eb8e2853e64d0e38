import Foundation
import Testing

@Suite struct DecodeTests {
    private func vectors(_ name: String) throws -> [[String: Any]] {
        let file = Program.root.appending(path: "Tests/Vectors/\(name).json")
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        return try #require(document?["vectors"] as? [[String: Any]])
    }

    @Test(arguments: [("air", "r2d"), ("air", "d2r"), ("ngap", "ngap"), ("security", "nas")])
    func everyMessageOfTheVectorsDecodesAndEncodesAgain(file: String, kind: String) throws {
        let keys = ["ngap": ["aper"], "security": ["pagingPDU", "accessResponse", "networkResponse", "command"]]
        let messages = try vectors(file).flatMap { vector -> [String] in
            if file == "air" {
                let isD2R = vector["pdrchBits"] != nil
                guard isD2R == (kind == "d2r"), let pdu = vector["pdu"] as? String else { return [] }
                return [pdu]
            }
            return (keys[file] ?? []).compactMap { vector[$0] as? String }
        }
        try #require(!messages.isEmpty)
        let run = try Program.run(["decode", "--kind", kind], input: messages.joined(separator: "\n"))
        #expect(run.status == 0)
        let again = run.lines.compactMap { $0["reencoded"] as? String }
        #expect(again == messages)
        for line in run.lines {
            #expect(line["type"] as? String == "message")
            #expect(line["fields"] is [String: Any])
        }
    }

    @Test func whatDoesNotDecodeIsSaidOnItsLineAndEndsWithStatusOne() throws {
        let run = try Program.run(["decode", "--kind", "r2d", "1c37", "ff", "xyz", ""])
        #expect(run.status == 1)
        let types = run.lines.map { $0["type"] as? String }
        #expect(types == ["message", "error", "error", "error"])
        #expect(run.errors.isEmpty)
    }
}
