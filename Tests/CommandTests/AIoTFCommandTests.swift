import Foundation
import Testing

@Suite final class AIoTFCommandTests {
    private let folder: URL
    private var store: [String] { ["--store", file("store"), "--key-file", file("key")] }
    private static let key = "000102030405060708090a0b0c0d0e0f"

    init() throws {
        folder = try Program.temporaryFolder()
        try Program.run(["aiotf", "key", "--out", file("key")])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func file(_ name: String) -> String { folder.appending(path: name).path }

    private func provision(_ arguments: String..., options: [String] = []) throws -> Program {
        try Program.run(["aiotf", "provision"] + store + options + arguments)
    }

    @Test func whatIsThereIsRefusedUnlessItIsReplaced() throws {
        let device = ["device", "--id", "d00001", "--device-key", Self.key]
        #expect(try Program.run(["aiotf", "provision"] + store + device).status == 0)
        let again = try Program.run(["aiotf", "provision"] + store + device)
        #expect(again.status == 78)
        #expect(again.errors.contains("--replace"))
        #expect(try Program.run(["aiotf", "provision", "--replace"] + store + device).status == 0)
        #expect(
            try provision("group", "--id", "6001", "--group-key", Self.key, "--member", "d00001").status == 0)
        #expect(
            try provision("group", "--id", "6002", "--group-key", Self.key, "--member", "d00002").status == 78)
    }

    @Test func aCSVFileIsRefusedWithTheLineThatIsWrong() throws {
        let path = file("devices.csv")
        for (line, status) in [
            ("device,d00001,\(Self.key)", 0), ("device,d00002,00", 78), ("device,d00001,\(Self.key)", 78),
        ] {
            try Data("# devices\nkind,id,key\n\(line)\n".utf8).write(to: URL(filePath: path))
            let program = try provision("csv", path)
            #expect(program.status == Int32(status))
            #expect(status == 0 || program.errors.contains("\(path):3: "))
        }
        let missing = try provision("csv", file("none.csv"))
        #expect(missing.status == 66)
        #expect(missing.errors.contains("name the CSV file"))
    }

    @Test func aCSVFileMayComeFromStandardInput() throws {
        let program = try Program.run(
            ["aiotf", "provision"] + store + ["csv", "-"], input: "kind,id,key\ndevice,d00001,\(Self.key)\n")
        #expect(program.status == 0)
        #expect(program.errors.contains("provisioned: 1 devices"))
    }

    @Test func aCombinationThatIsRefusedAsOptionsIsWrongUsage() throws {
        let program = try provision(
            "device", "--id", "d00001", "--device-key", Self.key, "--profile", "0x80")
        #expect(program.status == 64)
        #expect(program.errors.contains("nothing was provisioned"))
    }

    @Test func simulatedDevicesComeWithTheirGroup() throws {
        let program = try provision("simulated", "--devices", "5", "--seed", "3")
        #expect(program.status == 0)
        #expect(program.output.count == 13, "the group's ID, 6 octets, on a line")
    }

    @Test func aKeyFileThatOthersMayReadIsRefused() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file("key"))
        let program = try provision("simulated")
        #expect(program.status == 78)
        #expect(program.errors.contains("chmod 600 \(file("key"))"))
    }

    @Test func anotherMasterKeyDoesNotOpenAStore() throws {
        #expect(try provision("simulated").status == 0)
        try FileManager.default.removeItem(atPath: file("key"))
        try Program.run(["aiotf", "key", "--out", file("key")])
        let program = try Program.run(["aiotf", "results"] + store)
        #expect(program.status == 78)
        #expect(program.errors.contains("master key"))
    }

    @Test func whatIsNotThereIsNamed() throws {
        #expect(try Program.run(["aiotf", "results"] + store).status == 66)
        #expect(try Program.run(["aiotf", "readers", "--control", file("none")]).status == 69)
        #expect(try Program.run(["aiotf", "inventory", "--control", file("none")]).status == 64)
        #expect(try Program.run(["aiotf"] + store).status == 78)
        #expect(try Program.run(["aiotf"] + store + ["--listen", "tcp://192.0.2.1:1"]).status == 78)
        #expect(try Program.run(["aiotf", "--config", file("none.yaml")]).status == 66)
    }
}
