import AIoTBase
import AIoTCapture
import AIoTSynth
import ArgumentParser
import ControlSocket
import Crypto
import Foundation
import Settings

struct SynthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "synth", abstract: "Makes a recording out of a script, for tests of receivers.",
        discussion: """
            The script, YAML, says what is on the air: messages, bursts of devices, whole inventories, and what the receiver \
            suffers: noise, drift of the leak, impulses, offsets, few bits. Writes NAME.sigmf-data, NAME.sigmf-meta, and \
            NAME.truth.json with every frame, and the keys behind them. The same script gives the same files.
              aiot-reader synth docs/examples/synth/collision.yaml -o /tmp/collision
              aiot-reader replay /tmp/collision --expect /tmp/collision.truth.json
            Keys: docs/synth.md. Exit status: 0; 64 wrong usage; 66 no script; 73 a file cannot be written; 77 the script may \
            not be read; 78 the script is wrong: each mistake as FILE:LINE:COLUMN.
            """)

    @Argument(help: "The script; - reads it from standard input.")
    var script: String

    @Option(name: .shortAndLong, help: ArgumentHelp("The recording's name, without ending.", valueName: "name"))
    var output: String

    @Option(help: "Goes before the script's seed.")
    var seed: Int?

    @Option(help: "Goes before the script's: cf32_le, ci16_le, ci8 or cu8.")
    var datatype: String?

    @Option(help: "Goes before the script's sample rate, Hz.")
    var rate: Double?

    @Option(help: "text, or json: one object.")
    var format = OutputFormat.text

    func validate() throws {
        let name = (output as NSString).lastPathComponent
        guard !name.isEmpty, !output.hasSuffix("/") else {
            throw ValidationError("--output \(output): name the recording, as in -o /tmp/one")
        }
    }

    func run() throws {
        let file: SettingsFile
        let script: SynthScript
        do {
            (file, script) = try load()
        } catch let problems as SettingsProblems {
            throw report(problems)
        }
        let recording = try SynthRecording(name: output, script: script)
        var synthesizer = Synthesizer(script) { recording.append($0) }
        let truth: Truth
        do {
            truth = try synthesizer.run()
        } catch {
            recording.discard()
            file.problem(at: error.key, error.text)
            do { try file.finish() } catch { throw report(error) }
            throw Ending.configuration
        }
        try recording.finish(truth)
        summarise(truth, samples: synthesizer.sampleCount, sampleRateHz: script.sampleRateHz)
    }

    private func load() throws -> (SettingsFile, SynthScript) {
        let name = script == "-" ? "standard input" : script
        let text: String
        if script == "-" {
            let data = FileHandle.standardInput.readDataToEndOfFile()
            guard let decoded = String(data: data, encoding: .utf8) else {
                Console.report("standard input is no UTF-8 text: give a script")
                throw Ending.noInput
            }
            text = decoded
        } else {
            text = try ConfigurationFile.text(at: script, remedy: "name a script, or - for standard input")
        }
        var overrides: [SettingsOverride] = []
        func override(_ flag: String, _ key: String, _ value: String?) {
            if let value { overrides.append(SettingsOverride(name: flag, key: key, value: .text(value))) }
        }
        override("--seed", "seed", seed.map(String.init))
        override("--datatype", "datatype", datatype)
        override("--rate", "sample-rate-hz", rate.map { "\($0)" })
        let file = try SettingsFile(text, name: name, overrides: overrides)
        let script = SynthScript(file)
        try file.finish()
        return (file, script)
    }

    /// 64 where the flags alone are to blame.
    private func report(_ problems: SettingsProblems) -> ExitCode {
        for line in problems.lines { Console.report(line) }
        return problems.problems.allSatisfy { $0.name != nil } ? Ending.usage : Ending.configuration
    }

    private func summarise(_ truth: Truth, samples: Int, sampleRateHz: Double) {
        let decodable = truth.frames.filter(\.decodable).count
        let seconds = Double(samples) / sampleRateHz
        guard format == .json else {
            let text = String(format: "%d frames, %d to be decoded, in %.3f s", truth.frames.count, decodable, seconds)
            return Console.print("\(output): \(text)")
        }
        var line = JSONLine()
        line.add("type", "summary")
        line.add("name", output)
        line.add("samples", samples)
        line.add("seconds", seconds, decimals: 6)
        line.add("frames", truth.frames.count)
        line.add("decodable", decodable)
        Console.print(line.text)
    }
}

/// The three files of a recording that a script makes.
private final class SynthRecording {
    private let name: String
    private let script: SynthScript
    private let handle: FileHandle
    private var digest = SHA512()
    /// The first thing that went wrong while writing; told at the end.
    private var failure: (any Error)?

    /// When the recording says it was made: the same script gives the same files.
    private static let datetime = "2026-01-01T00:00:00.000Z"

    init(name: String, script: SynthScript) throws {
        self.name = name
        self.script = script
        handle = try OutputFile.create(name + ".sigmf-data")
    }

    func append(_ samples: UnsafeBufferPointer<Float>) {
        guard failure == nil else { return }
        let data = Data(script.format.octets(of: Array(samples)))
        digest.update(data: data)
        do { try handle.write(contentsOf: data) } catch { failure = error }
    }

    func discard() {
        try? handle.close()
        try? FileManager.default.removeItem(atPath: name + ".sigmf-data")
    }

    func finish(_ truth: Truth) throws {
        do {
            if let failure { throw failure }
            try handle.close()
            let metadata = SigMFMetadata(
                format: script.format, sampleRateHz: script.sampleRateHz,
                sha512: digest.finalize().map { String(format: "%02x", $0) }.joined(),
                description: "Ambient IoT, made by a script", recorder: "aiot-reader synth",
                captures: [SigMFMetadata.Capture(frequencyHz: script.frequencyHz, datetime: Self.datetime)],
                annotations: truth.frames.map(SigMFMetadata.Annotation.init(of:)))
            try write(metadata.encoded(), to: name + ".sigmf-meta")
            try write(Array((truth.json.text + "\n").utf8), to: name + ".truth.json")
        } catch let ending as ExitCode {
            throw ending
        } catch {
            Console.report("\(name) cannot be written: \(error.localizedDescription)")
            discard()
            throw Ending.cannotWrite
        }
    }

    private func write(_ octets: [UInt8], to path: String) throws {
        let file = try OutputFile.create(path)
        try file.write(contentsOf: Data(octets))
        try file.close()
    }
}

extension SigMFMetadata.Annotation {
    fileprivate init(of frame: Truth.Frame) {
        self.init(
            sampleStart: Int64(frame.sampleStart), sampleCount: Int64(frame.sampleCount),
            label: frame.d2r == nil ? "R2D" : "D2R",
            comment: Hex.encoded(frame.octets) + (frame.note.map { " (\($0))" } ?? ""))
    }
}
