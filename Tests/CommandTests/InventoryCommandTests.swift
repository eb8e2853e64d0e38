import Foundation
import Testing

@Suite struct InventoryCommandTests {
    @Test func anInventoryPrintsItsDevicesAndASummary() throws {
        let run = try Program.run(["inventory", "--devices", "5", "--format", "json"])
        #expect(run.status == 0, "\(run.errors)")
        let devices = run.lines(ofType: "device")
        let ids = devices.compactMap { $0["deviceID"] as? String }
        #expect(Set(ids).count == 5)
        for device in devices { #expect(device["authenticated"] as? Bool == true) }
        let summary = try #require(run.summary)
        #expect(summary["devices"] as? Int == 5)
        let parts = ["idle", "single", "collided"].compactMap { summary[$0] as? Int }
        #expect(parts.count == 3 && parts.reduce(0, +) == summary["occasions"] as? Int)
        #expect((summary["airSeconds"] as? Double ?? 0) > 0)
    }

    @Test(arguments: ["burst", "sample"])
    func theSameSeedGivesTheSameOctets(air: String) throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        func frames(_ seed: String) throws -> [String] {
            let file = folder.appending(path: "c.pcapng").path
            let run = try Program.run(
                ["inventory", "--devices", "6", "--air", air, "--seed", seed, "--capture", file])
            #expect(run.status == 0)
            return try Program.run(["replay", file, "--format", "json"]).lines(ofType: "frame")
                .compactMap { $0["pdu"] as? String }
        }
        let first = try frames("7")
        #expect(!first.isEmpty)
        #expect(try frames("7") == first)
        #expect(try frames("8") != first)
    }

    @Test(arguments: [[], ["--access", "direct"], ["--target", "device"], ["--frequencies", "2"]])
    func whatWasRecordedAndCapturedIsReadBackFrameForFrame(options: [String]) throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let name = folder.appending(path: "r").path
        let run = try Program.run(
            ["inventory", "--devices", "4", "--record", name, "--capture", name + ".pcapng"] + options)
        #expect(run.status == 0, "\(run.errors)")
        func frames(_ file: String) throws -> [String] {
            let replay = try Program.run(["replay", file, "--format", "json"])
            #expect(replay.status == 0)
            return replay.lines(ofType: "frame").map { "\($0["direction"] ?? "") \($0["pdu"] ?? "")" }
        }
        let captured = try frames(name + ".pcapng")
        #expect(!captured.isEmpty)
        #expect(try frames(name) == captured)
    }

    @Test(arguments: [
        ("read:0,8", "done"), ("write:4,a1b2", "done"), ("disable", "done"), ("read:60,8", "parametersInvalid"),
    ])
    func aCommandIsCarriedOutOnEveryDevice(command: String, status: String) throws {
        let run = try Program.run(
            ["inventory", "--devices", "3", "--profile", "0x57", "--command", command, "--format", "json"])
        #expect(run.status == 0, "\(run.errors)")
        let statuses = run.lines(ofType: "device").map { $0["commandStatus"] as? String }
        #expect(statuses == [status, status, status])
    }

    @Test func devicesThatCannotBeHeardEndWithStatusOne() throws {
        let run = try Program.run(["inventory", "--devices", "2", "--snr", "-20", "--format", "json"])
        #expect(run.status == 1)
        #expect(run.summary?["devices"] as? Int == 0)
        #expect(run.summary?["missing"] as? Int == 2)
    }

    @Test func aLongWayToTheAIoTFIsWaitedFor() throws {
        let run = try Program.run(
            ["inventory", "--devices", "4", "--air", "burst", "--core-rtt", "100", "--format", "json"])
        #expect(run.status == 0)
        #expect((run.summary?["airSeconds"] as? Double ?? 0) > 0.2)
    }
}
