import Foundation
import Testing

/// What the commands make of what an AIoTF says.
@Suite struct ControlCommandTests {
    private static func inventory(_ lines: String...) throws -> Program {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let aiotf = try ScriptedAIoTF(path: folder.appending(path: "control").path, lines: lines)
        return try Program.run(["aiotf", "inventory", "--all", "--control", aiotf.path])
    }

    @Test func anIDOf32OctetsIsShownWhole() throws {
        let id = String(repeating: "d00102ff", count: 8)
        let program = try Self.inventory(
            #"{"type":"order","order":1}"#,
            "{\"type\":\"device\",\"order\":1,\"deviceID\":\"\(id)\",\"authenticated\":true}",
            #"{"type":"summary","order":1,"devices":1,"missing":0,"requests":1,"missingIDs":[]}"#)
        #expect(program.status == 0)
        #expect(program.output.contains("\(id)  yes"))
    }

    @Test(arguments: [("", 1), (#","retry":true"#, 75)])
    func anErrorThatMayPassIsToldByTheExitStatus(field: String, status: Int32) throws {
        let program = try Self.inventory("{\"type\":\"error\",\"error\":\"too many orders wait\"\(field)}")
        #expect(program.status == status)
        #expect(program.errors.contains("too many orders wait"))
    }

    @Test func aReaderThatHasDoneNothingIsShownAndIsNoSuccess() throws {
        let program = try Self.inventory(
            #"{"type":"order","order":1}"#,
            #"{"type":"summary","order":1,"devices":0,"missing":0,"requests":1,"missingIDs":[],"#
                + #""failures":[{"gnbID":7,"name":"dock","cause":"its link was lost"}]}"#)
        #expect(program.status == 1)
        #expect(program.output.contains("gNB 7  dock  has not done its part: its link was lost"))
    }
}
