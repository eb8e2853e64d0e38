import AIoTCapture
import AIoTPhy
import AIoTReplay
import AIoTSynth
import Conformance
import Foundation
import Settings

/// What a script makes, in memory.
struct SynthesizedRecording {
    let script: SynthScript
    let octets: [UInt8]
    let truth: Truth

    init(_ text: String) throws {
        let file = try SettingsFile(text, name: "s.yaml")
        let script = SynthScript(file)
        try file.finish()
        self.script = script
        var octets: [UInt8] = []
        var synthesizer = Synthesizer(script) { octets += script.format.octets(of: Array($0)) }
        truth = try synthesizer.run()
        self.octets = octets
    }

    /// What a receiver finds that differs from the truth as its file tells it.
    func differences() throws -> [String] {
        let truth = try TruthFile(decoding: Data(truth.json.text.utf8))
        var samples = SampleDecoder(script.format)
        var decoder = RecordingDecoder(profile: .oursV0, sampleRateHz: script.sampleRateHz)
        let frames = decoder.push(samples.decode(octets)) + decoder.finish()
        return truth.differences(from: frames, sampleRateHz: script.sampleRateHz)
    }
}
