import AIoTBase
import AIoTCapture
import AIoTPhy
import AIoTReplay
import AIoTSynth
import Conformance
import Foundation
import Settings
import Testing

/// Samples of a script, and the truth about them.
@Suite struct SynthesizerTests {
    private struct Recording {
        var script: SynthScript
        var octets: [UInt8]
        var truth: Truth
    }

    private static func recording(_ text: String) throws -> Recording {
        let file = try SettingsFile(text, name: "s.yaml")
        let script = SynthScript(file)
        try file.finish()
        var octets: [UInt8] = []
        var synthesizer = Synthesizer(script) { octets += script.format.octets(of: Array($0)) }
        let truth = try synthesizer.run()
        #expect(octets.count == synthesizer.sampleCount * script.format.octetsPerSample)
        return Recording(script: script, octets: octets, truth: truth)
    }

    /// What a receiver finds that differs from the truth as its file tells it.
    private static func differences(_ recording: Recording) throws -> [String] {
        let truth = try TruthFile(decoding: Data(recording.truth.json.text.utf8))
        var samples = SampleDecoder(recording.script.format)
        var decoder = RecordingDecoder(profile: .oursV0, sampleRateHz: recording.script.sampleRateHz)
        let frames = decoder.push(samples.decode(recording.octets)) + decoder.finish()
        return truth.differences(from: frames, sampleRateHz: recording.script.sampleRateHz)
    }

    private static let contention = """
        channel: {power-spread-db: 0}
        steps:
          - r2d: Paging
            q: 2
            xCode: 2
            m: 24
            schedule: {rate: 5, tbs: 2}
            answers:
              - {d2r: 72da, occasion: 0}
              - {d2r: "1234", occasion: 2}
              - {d2r: fedc, occasion: 2}
              - {d2r: 8d2f, occasion: 3, clock-ppm: 30000}
              - {d2r: 8d2f, occasion: 1, corrupt: crc}
          - {r2d: "1c37", corrupt: crc}
        """

    @Test func whatCannotBeHeardIsMarkedAndTheReasonGiven() throws {
        let truth = try Self.recording(Self.contention).truth
        #expect(truth.frames.map(\.decodable) == [true, true, false, false, false, false, false])
        let notes = truth.frames.map(\.note)
        #expect(notes[0] == nil && notes[1] == nil && notes[2] == "the CRC is wrong")
        #expect(notes[3] == "in a collision" && notes[4] == "in a collision")
        #expect(notes[5] == "the clock is off by more than 2 %; too early or late")
        #expect(notes[6] == "the CRC is wrong")
        #expect(truth.frames.map(\.sampleStart) == truth.frames.map(\.sampleStart).sorted())
    }

    @Test func aBurstStartsWhereItsClockPutsIt() throws {
        let truth = try Self.recording(
            """
            steps:
              - r2d: R2DUpperLayerData
                asID: 1
                schedule: {rate: 5, tbs: 4, offset: 100}
                answers: [{d2r: "0001ff00", clock-ppm: 10000, late-us: 40}]
            """
        ).truth
        let frameEnd = Double(truth.frames[0].sampleStart) + 24e-6 * 0 + frameSamples(truth.frames[0].octets.count)
        let expected = frameEnd + (5_250e-6 / 1.01 + 40e-6) * 1.92e6
        #expect(abs(Double(truth.frames[1].sampleStart) - expected) <= 1)
    }

    private func frameSamples(_ octets: Int) -> Double {
        R2DCoding.frameSeconds(messageOctets: octets, chipsPerSymbol: 6, in: .oursV0) * 1.92e6
    }

    @Test func theSameScriptGivesTheSameSamplesAndAnotherSeedDoesNot() throws {
        let first = try Self.recording(Self.contention)
        let second = try Self.recording(Self.contention)
        #expect(first.octets == second.octets && first.truth.json == second.truth.json)
        let other = try Self.recording("seed: 2\n" + Self.contention)
        #expect(first.octets != other.octets && first.truth.frames == other.truth.frames)
    }

    @Test func theCarrierIsOffWhereTheScriptSaysSo() throws {
        let recording = try Self.recording(
            "{datatype: cf32_le, channel: {snr-db: off, dc: {}}, steps: [{wait-ms: 0.5}, {carrier-off-ms: 1}]}")
        var decoder = SampleDecoder(.cf32le)
        let samples = decoder.decode(recording.octets)
        let levels = stride(from: 0, to: samples.count, by: 2).map { hypot(samples[$0], samples[$0 + 1]) }
        #expect(levels.count == 576 + 960 + 1_920 + 960)
        #expect(levels[..<1_536].allSatisfy { abs($0 - 0.5) < 1e-6 } && levels[1_536...].allSatisfy { $0 == 0 })
    }

    #if !DEBUG
        private static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/examples/synth")

        private static let names =
            (try? FileManager.default.contentsOfDirectory(atPath: examples.path))?.filter { $0.hasSuffix(".yaml") }
            .sorted() ?? []

        @Test func thereAreExamples() { #expect(Self.names.count >= 12) }

        @Test(arguments: names)
        func theReceiverFindsInAnExampleWhatIsTrue(name: String) throws {
            let text = try String(contentsOf: Self.examples.appending(path: name), encoding: .utf8)
            let recording = try Self.recording(text)
            #expect(recording.truth.frames.filter(\.decodable).count >= 5)
            #expect(try Self.differences(recording) == [])
        }

        @Test func anInventoryTellsTheKeysAndPDUsOfItsDevices() throws {
            let truth = try Self.recording("steps: [{inventory: {devices: 3, profile: 0x57, command: 'read:0,4'}}]")
                .truth
            let json = truth.json
            #expect(json["unresolved"] == .integer(0) && json["profile"] == .integer(0xD7))
            let completed = json["completed"]?.arrayValue ?? []
            #expect(completed.count == 3)
            for device in completed {
                for (name, digits) in [("deviceID", 24), ("k", 32), ("nonce1", 32), ("nonce2", 32)] {
                    #expect(device[name]?.stringValue?.count == digits)
                }
                for (name, type) in [
                    ("accessResponse", "02"), ("networkResponse", "03"), ("idReport", "04"), ("command", "05"),
                    ("commandResponse", "06"),
                ] {
                    let pdu = device[name]?.stringValue ?? ""
                    #expect(pdu.hasPrefix(type))
                    #expect(truth.frames.contains { Hex.encoded($0.octets).contains(pdu) })
                }
            }
        }
    #endif
}
