import AIoTBase
import AIoTCapture
import AIoTPhy
import AIoTSynth
import Foundation
import Testing

/// Samples of a script, and the truth about them.
@Suite struct SynthesizerTests {
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
        let truth = try SynthesizedRecording(Self.contention).truth
        #expect(truth.frames.map(\.decodable) == [true, true, false, false, false, false, false])
        let notes = truth.frames.map(\.note)
        #expect(notes[0] == nil && notes[1] == nil && notes[2] == "the CRC is wrong")
        #expect(notes[3] == "in a collision" && notes[4] == "in a collision")
        #expect(notes[5] == "the clock is off by more than 2 %; too early or late")
        #expect(notes[6] == "the CRC is wrong")
        #expect(truth.frames.map(\.sampleStart) == truth.frames.map(\.sampleStart).sorted())
    }

    @Test func aBurstStartsWhereItsClockPutsIt() throws {
        let truth = try SynthesizedRecording(
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
        let first = try SynthesizedRecording(Self.contention)
        let second = try SynthesizedRecording(Self.contention)
        #expect(first.octets == second.octets && first.truth.json == second.truth.json)
        let other = try SynthesizedRecording("seed: 2\n" + Self.contention)
        #expect(first.octets != other.octets && first.truth.frames == other.truth.frames)
    }

    @Test func theCarrierIsOffWhereTheScriptSaysSo() throws {
        let recording = try SynthesizedRecording(
            "{datatype: cf32_le, channel: {snr-db: off, dc: {}}, steps: [{wait-ms: 0.5}, {carrier-off-ms: 1}]}")
        var decoder = SampleDecoder(.cf32le)
        let samples = decoder.decode(recording.octets)
        let levels = stride(from: 0, to: samples.count, by: 2).map { hypot(samples[$0], samples[$0 + 1]) }
        #expect(levels.count == 576 + 960 + 1_920 + 960)
        #expect(levels[..<1_536].allSatisfy { abs($0 - 0.5) < 1e-6 } && levels[1_536...].allSatisfy { $0 == 0 })
    }
}
