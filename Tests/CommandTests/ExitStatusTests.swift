import Foundation
import Testing

@Suite struct ExitStatusTests {
    /// Arguments, exit status, and what the message must speak of.
    private static let cases: [(arguments: [String], status: Int32, text: String)] = [
        ([], 0, "inventory"),
        (["--help"], 0, "Exit status"),
        (["inventory", "--help"], 0, "--profile"),
        (["--version"], 0, "0.1.0"),
        (["nonsense"], 64, "nonsense"),
        (["inventory", "--devices", "0"], 64, "1 to 20,000"),
        (["inventory", "--devices", "20001"], 64, "1 to 20,000"),
        (["inventory", "--devices", "many"], 64, "many"),
        (["inventory", "--frequencies", "3"], 64, "1, 2, 4 or 8"),
        (["inventory", "--q", "12"], 64, "256 triggers"),
        (["inventory", "--q", "-1"], 64, "q"),
        (["inventory", "--max-rounds", "0"], 64, "rounds"),
        (["inventory", "--snr", "nan"], 64, "snr"),
        (["inventory", "--clock-error", "-5"], 64, "clock-error"),
        (["inventory", "--loss", "1.5", "--air", "burst"], 64, "--loss"),
        (["inventory", "--loss", "0.1"], 64, "--air burst"),
        (["inventory", "--record", "x", "--air", "burst"], 64, "samples"),
        (["inventory", "--algorithms", "0x11"], 64, "0x22"),
        (["inventory", "--profile", "0x80"], 64, "bit 7"),
        (["inventory", "--profile", "0x17", "--algorithms", "0x00"], 64, "refused"),
        (["inventory", "--profile", "0x04", "--target", "all"], 64, "refused"),
        (["inventory", "--command", "erase:1"], 64, "erase"),
        (["inventory", "--access", "cfra"], 64, "--target device"),
        (["inventory", "--min-turnaround", "3277"], 64, "3,276"),
        (["run", "--config", "x", "--min-turnaround", "3277"], 64, "3,276"),
        (["run", "--config", "x", "--record", "/var/tmp/"], 64, "name a file"),
        (["run", "--config", "x", "--record-ring", "100"], 64, "goes with --record"),
        (["device", "--sample-rate", "20000000"], 64, "1000000 to 4000000"),
        (["device", "--receive-gain", "80"], 64, "0 to 73"),
        (["device", "--box", "hackrf"], 64, "--transmitter-serial"),
        (["device", "--devices", "0"], 64, "1 to 20000"),
        (["device", "--algorithms", "0x11"], 64, "0x22"),
        (["device", "--config", "no-such-file"], 66, "no-such-file"),
        (["device", "--config", "README.md"], 78, "README.md"),
        (["inventory", "--front-end", "hackrf"], 69, "hackrf"),
        (["inventory", "--devices", "1", "--capture", "/nowhere/at/all.pcapng"], 73, "cannot be written"),
        (["replay", "no-such-file"], 66, "no-such-file"),
        (["replay", "no-such-file.sigmf-meta"], 66, "no-such-file"),
        (["replay", "README.md"], 66, "--datatype"),
        (["replay", "README.md", "--datatype", "cf64"], 66, "cf64"),
        (["replay", "README.md", "--datatype", "ci8"], 66, "--rate"),
        (["replay", "README.md", "--datatype", "ci8", "--rate", "1000"], 66, "1,000,000"),
        (["replay", "README.md", "--datatype", "ci8", "--rate", "nan"], 64, "rate"),
        (["replay", "Tests/Captures/one-device", "--rate", "2400000"], 66, "differs"),
        (["replay", "Tests/Captures/one-device", "--block", "0"], 64, "--block"),
        (["replay", "Tests/Captures/one-device", "--expect", "README.md"], 66, "truth"),
        (["synth", "no-such-file", "-o", "x"], 66, "no-such-file"),
        (["synth", "README.md", "-o", "x"], 78, "README.md:"),
        (["synth", "docs/examples/synth/contention.yaml"], 64, "--output"),
        (["synth", "docs/examples/synth/contention.yaml", "-o", "/tmp/"], 64, "name the recording"),
        (["synth", "docs/examples/synth/contention.yaml", "-o", "x", "--rate", "5"], 64, "1000000 to 20000000"),
        (["synth", "docs/examples/synth/contention.yaml", "-o", "/nowhere/at/all"], 73, "cannot be written"),
        (["conformance", "no-such-folder"], 66, "no-such-folder"),
        (["conformance", "Sources"], 1, "0 passed"),
        (["conformance"], 64, "paths"),
    ]

    @Test func whatCommandsATerminalIsNotWritten() throws {
        let run = try Program.run(["run", "--config", "no\u{1B}[31m\u{9B}file"])
        #expect(run.status == 66)
        #expect(run.errors.contains("no?[31m?file is not there"), "\(run.errors)")
    }

    @Test(arguments: cases.indices)
    func aWrongCallEndsWithItsStatusAndSaysWhatToDo(index: Int) throws {
        let (arguments, status, text) = Self.cases[index]
        let run = try Program.run(arguments)
        #expect(run.status == status, "\(arguments): \(run.errors)")
        #expect((run.output + run.errors).contains(text), "\(arguments): \(run.output)\(run.errors)")
    }

    @Test func octetsThatAreNoRecordingGiveNoFrames() throws {
        let run = try Program.run(
            ["replay", "LICENSE", "--datatype", "cu8", "--rate", "2000000", "--format", "json"])
        #expect(run.status == 0)
        #expect(run.summary?["frames"] as? Int == 0)
    }

    @Test func damagedMetadataAndCapturesAreRefused() throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, text) in [
            ("broken.sigmf-meta", "{\"global\":"), ("empty.sigmf-meta", ""),
            ("other.sigmf-meta", "{\"global\":{\"core:datatype\":\"rf32_le\"}}"),
        ] {
            let file = folder.appending(path: name)
            try Data(text.utf8).write(to: file)
            let run = try Program.run(["replay", file.path])
            #expect(run.status == 66 && run.errors.contains(name), "\(name): \(run.errors)")
        }
        let cut = folder.appending(path: "cut.pcapng")
        try Data([0x0A, 0x0D, 0x0D, 0x0A, 0x1C, 0, 0, 0, 0x4D, 0x3C]).write(to: cut)
        #expect(try Program.run(["replay", cut.path]).status == 66)
    }

    @Test func headerOctetsAndAnotherDataFileAreFollowed() throws {
        let folder = try Program.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let captures = Program.root.appending(path: "Tests/Captures")
        let samples = try Data(contentsOf: captures.appending(path: "one-device.sigmf-data"))
        try (Data(repeating: 0x7F, count: 44) + samples).write(to: folder.appending(path: "samples.bin"))
        let metadata = """
            {"global":{"core:datatype":"ci16_le","core:sample_rate":1920000,"core:version":"1.0.0",
            "core:dataset":"samples.bin"},"captures":[{"core:sample_start":0,"core:header_bytes":44}],"annotations":[]}
            """
        try Data(metadata.utf8).write(to: folder.appending(path: "elsewhere.sigmf-meta"))
        let run = try Program.run(
            [
                "replay", folder.appending(path: "elsewhere").path, "--expect",
                captures.appending(path: "one-device.truth.json").path,
            ])
        #expect(run.status == 0, "\(run.errors)")
    }
}
