import AIoTCapture
import AIoTPhy
import AIoTReplay
import ArgumentParser
import Conformance
import ControlSocket
import Foundation

struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Decodes a recording.",
        discussion: """
            Takes SigMF (NAME, NAME.sigmf-meta or NAME.sigmf-data), bare IQ samples (.cs8, .cu8, .cs16, .cf32, with \
            --rate), or a pcapng file of frames. Both directions come from the one stream: what a device sends is found \
            where an R2D frame scheduled it.
              aiot-reader replay Tests/Captures/six-devices
            """)

    @Argument(help: "The recording.")
    var file: String

    @Option(help: "Sample rate of bare IQ samples, Hz.")
    var rate: Double?

    @Option(help: "SigMF datatype of bare IQ samples: cf32_le, ci16_le, ci8 or cu8.")
    var datatype: String?

    @Option(help: "Largest error of the devices' clocks that is looked for, ppm.")
    var clockError = 20_000

    @Flag(help: "Waits for more at the end of the file, until interrupted.")
    var follow = false

    @Option(help: "A truth file to compare with: prints what differs, and exits 1 if anything does.")
    var expect: String?

    @Option(help: "Samples that are decoded at once; the result does not depend on it.")
    var block = 16_384

    @Option(help: "text, or json: one object a line.")
    var format = OutputFormat.text

    func validate() throws {
        guard (1...16_777_216).contains(block) else { throw ValidationError("--block \(block): take 1 to 16,777,216") }
        guard (1_000...100_000).contains(clockError) else {
            throw ValidationError("--clock-error \(clockError): take 1,000 to 100,000 ppm")
        }
        if let rate, !rate.isFinite { throw ValidationError("--rate: give a number of samples per second") }
    }

    func run() throws {
        if Self.isPcapng(file) {
            try replayFrames()
            return
        }
        let recording: RecordingFile
        do {
            recording = try RecordingFile(path: file, rateHz: rate, datatype: datatype)
        } catch {
            Console.report(error.description)
            throw Ending.noInput
        }
        let truth = try expect.map { path in try loadTruth(path) }
        try replaySamples(recording, truth: truth)
    }

    private func replaySamples(_ recording: RecordingFile, truth: TruthFile?) throws {
        var profile = AirProfile.oursV0
        profile.largestClockError = Double(clockError) / 1e6
        var replay = Replay(file: recording, profile: profile, blockSamples: block)
        var frames: [DecodedFrame] = []
        let start = ContinuousClock.now
        do {
            try replay.run(goesOn: { follow && Self.wait() }) { settled in
                if truth != nil { frames += settled }
                let lines = settled.map {
                    (format == .json ? $0.json : $0.row(sampleRateHz: recording.sampleRateHz)) + "\n"
                }
                Console.printPart(lines.joined())
            }
        } catch {
            Console.report("\(file): \(error)")
            throw Ending.noInput
        }
        let elapsed = Double((ContinuousClock.now - start) / .nanoseconds(1)) / 1e9
        summarise(replay.decoder, sampleRateHz: recording.sampleRateHz, elapsed: elapsed)
        guard let truth else { return }
        let differences = truth.differences(from: frames, sampleRateHz: recording.sampleRateHz)
        for line in differences { Console.report(line) }
        if !differences.isEmpty { throw Ending.failures }
    }

    private func summarise(_ decoder: RecordingDecoder, sampleRateHz: Double, elapsed: Double) {
        let seconds = Double(decoder.sampleCount) / sampleRateHz
        if format == .json {
            var line = JSONLine()
            line.add("type", "summary")
            line.add("samples", decoder.sampleCount)
            line.add("seconds", seconds, decimals: 6)
            line.add("frames", decoder.frameCount)
            line.add("realTimeFactor", elapsed > 0 ? seconds / elapsed : nil, decimals: 2)
            line.add("wrongCRC", decoder.wrongCRCs)
            line.add("undecodable", decoder.undecodable)
            line.add("unknownMessages", decoder.unknownMessages)
            Console.print(line.text)
        } else {
            Console.print(
                String(
                    format: "%d frames in %.3f s of samples, %.1f times real time; %d places undecodable, %d wrong CRC",
                    decoder.frameCount, seconds, elapsed > 0 ? seconds / elapsed : 0, decoder.undecodable,
                    decoder.wrongCRCs))
        }
    }

    private func loadTruth(_ path: String) throws -> TruthFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            Console.report("\(path) cannot be read: does it exist, and may you read it?")
            throw Ending.noInput
        }
        do {
            return try TruthFile(decoding: data)
        } catch {
            Console.report("\(path) is no truth file: it needs a list \"frames\"")
            throw Ending.noInput
        }
    }

    /// A growing file is looked at ten times a second.
    private static func wait() -> Bool {
        Thread.sleep(forTimeInterval: 0.1)
        return true
    }
}

// MARK: - Frame captures

extension ReplayCommand {
    /// Whether the file begins as pcapng does, with a section header block.
    private static func isPcapng(_ path: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path), let head = try? handle.read(upToCount: 4) else {
            return false
        }
        return Array(head) == [0x0A, 0x0D, 0x0D, 0x0A]
    }

    private func replayFrames() throws {
        guard let handle = FileHandle(forReadingAtPath: file) else { throw Ending.noInput }
        var reader = PcapngReader()
        var frames = 0
        var upper = 0
        do {
            while let data = try handle.read(upToCount: 1 << 16), !data.isEmpty {
                reader.append(data)
                while let packet = try reader.next() {
                    if show(packet) { frames += 1 } else { upper += 1 }
                }
            }
            try reader.finish()
        } catch {
            Console.report("\(file): \(error)")
            throw Ending.noInput
        }
        var line = JSONLine()
        line.add("type", "summary")
        line.add("frames", frames)
        line.add("ngapPDUs", upper)
        Console.print(format == .json ? line.text : "\(frames) frames, \(upper) NGAP PDUs")
    }
}
