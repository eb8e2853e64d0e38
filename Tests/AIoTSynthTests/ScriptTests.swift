import AIoTBase
import AIoTCapture
import AIoTPhy
import AIoTSynth
import Settings
import Testing

/// What a script may say, and what is said about what it may not.
@Suite struct ScriptTests {
    private func read(_ text: String) throws(SettingsProblems) -> SynthScript {
        let file = try SettingsFile(text, name: "s.yaml")
        let script = SynthScript(file)
        try file.finish()
        return script
    }

    private func problems(_ text: String) -> [String] {
        do throws(SettingsProblems) {
            _ = try read(text)
            return []
        } catch {
            return error.lines
        }
    }

    private func frame(_ step: String) throws -> SynthFrame {
        try #require(try frames(of: read("steps:\n  - \(step)\n")).first)
    }

    private func frames(of script: SynthScript) -> [SynthFrame] {
        script.steps.compactMap { if case .frame(let frame) = $0.action { frame } else { nil } }
    }

    // Octets from the test vectors, and by hand from spec/2.
    @Test(arguments: [
        ("{r2d: AccessTrigger, transactionID: 12, index: 55}", "1c37"),
        ("{r2d: R2DUpperLayerData, transactionID: 8, asID: 3, receivedOctets: 159}", "3840039f00"),
        ("{r2d: NACKFeedback, transactionID: 14, asID: 46}", "4e80002e"),
        ("{r2d: NACKFeedback, transactionID: 1, randomID: 0x1234}", "41001234"),
        ("{r2d: Acknowledgement, transactionID: 6, asIDs: [131, 49, 253]}", "56208331fd"),
        (
            "{r2d: RandomIDResponse, transactionID: 7, entries: [{randomID: 0x6ffc, asID: 1, "
                + "schedule: {rate: 3, r: 1, fec: 1, mid: 1, tbs: 28, offset: 10}}]}", "27006ffc016d1c000a"
        ),
        (
            "{r2d: Paging, transactionID: 4, schedule: {rate: 4, tbs: 2}, sdu: 0170f0}",
            "04000000800200000" + "30170f0"
        ),
        ("{r2d: 'F0AA'}", "f0aa"),
    ])
    func aMessageOfFieldsIsWhatItsOctetsSay(step: String, octets: String) throws {
        #expect(try Hex.encoded(frame(step).octets) == octets)
    }

    @Test func aBurstIsWhatItsFrameHasScheduledUnlessTheScriptSaysOtherwise() throws {
        let paging = """
            {r2d: Paging, q: 3, xCode: 1, yCode: 1, schedule: {rate: 3, r: 1, fec: 1, tbs: 20, offset: 4}, answers: \
            [{d2r: 72da, occasion: 3}, {d2r: 72da, occasion: 3, rate: 2}, {d2r: 72da, occasion: 1, frequency: 0}]}
            """
        let bursts = try frame(paging).answers
        #expect(bursts[0].format == .init(rateCode: 3, subcarrierPeriods: 4, fec: true, transportBlockOctets: 2))
        // (31 + 3 * 22) bits at 30 kbit/s, 5 % longer, and 250 us; before it 250 + 4 * 50 us.
        #expect(abs(bursts[0].delay.seconds - (450e-6 + 1.05 * 97 / 30_000 + 250e-6)) < 1e-8)
        #expect(bursts[0].isScheduled && bursts[0].frequencyPosition == 1)
        #expect(bursts[1].format.rateCode == 2 && !bursts[1].isScheduled)
        #expect(bursts[2].format.subcarrierPeriods == 2 && !bursts[2].isScheduled)
    }

    @Test func upperLayerDataIsPaddedToItsTransportBlock() throws {
        let step =
            "{r2d: R2DUpperLayerData, asID: 1, schedule: {rate: 4, tbs: 8}, answers: [{d2r: D2RUpperLayerData, sdu: 04aa}]}"
        #expect(try Hex.encoded(frame(step).answers[0].octets) == "000204aa00000000")
    }

    @Test func aNamedDeviceIsOneDeviceAndAnotherClockMakesAnother() throws {
        let script = try read(
            """
            devices: [{name: a, clock-ppm: 10000, reflection: two-phase}]
            steps:
              - r2d: RandomIDResponse
                entries:
                  - {randomID: 1, asID: 1, schedule: {rate: 4, tbs: 4}}
                  - {randomID: 2, asID: 2, schedule: {rate: 4, tbs: 4, offset: 50}}
                answers:
                  - {d2r: "0001ff00", device: a}
                  - {d2r: "0001ff00", device: a, entry: 1}
                  - {d2r: "0001ff00", device: a, entry: 1, clock-ppm: -3000}
            """)
        let frame = try #require(frames(of: script).first)
        #expect(frame.answers[0].device == frame.answers[1].device)
        #expect(frame.answers[0].device.clockError == 0.01 && frame.answers[0].device.reflection == .twoPhase)
        #expect(frame.answers[2].device != frame.answers[1].device && frame.answers[2].device.clockError == -0.003)
    }

    @Test(arguments: [
        ("", "1:1: steps: write what happens, as in `steps: [{inventory: {devices: 1}}]`"),
        ("steps: []", "1:8: steps: write at least one step"),
        ("seed: 1\nstep: []\nsteps: [{wait-ms: 1}]", "2:1: step is not known here; did you mean steps?"),
        ("steps: [{}]", "1:9: steps[0].r2d: write exactly one of r2d, wait-ms, carrier-off-ms, inventory in a step"),
        ("steps: [{wait-ms: 1e9}]", "1:19: steps[0].wait-ms: write a number from 0 to 600000"),
        ("steps: [{r2d: Pageing}]", "1:15: steps[0].r2d: write octets as hex, or one of Paging,"),
        ("steps: [{r2d: AccessTrigger}]", "1:9: steps[0].index: write a whole number from 0 to 255"),
        (
            "steps: [{r2d: AccessTrigger, index: 4, idnex: 3}]",
            "1:40: steps[0].idnex is not known here; did you mean steps[0].index?"
        ),
        ("steps: [{r2d: AccessTrigger, index: 256}]", "1:37: steps[0].index: write a whole number from 0 to 255"),
        ("steps: [{r2d: 1c37, m: 7}]", "1:24: steps[0].m: write 2, 6, 12 or 24"),
        ("steps: [{r2d: Paging}]", "1:9: steps[0].schedule: write how devices send"),
        (
            "steps: [{r2d: Paging, schedule: {rate: 9, tbs: 2}}]",
            "1:40: steps[0].schedule.rate: write a whole number from 0 to 7"
        ),
        ("steps: [{r2d: NACKFeedback}]", "1:9: steps[0].randomID: write exactly one of randomID and asID"),
        ("steps: [{r2d: Acknowledgement, asIDs: [1, 300]}]", "1:39: steps[0].asIDs: write 1 to 16 numbers"),
        (
            "steps: [{r2d: 1c37, answers: [{d2r: 72da}]}]",
            "1:31: steps[0].answers[0].rate: the frame schedules no burst"
        ),
        (
            "steps: [{r2d: Paging, q: 1, schedule: {rate: 4, tbs: 2}, answers: [{d2r: 72da, occasion: 1}]}]",
            "1:90: steps[0].answers[0].occasion: this frame opens occasions 0 to 0"
        ),
        (
            "steps: [{r2d: Paging, schedule: {rate: 4, tbs: 2}, answers: [{d2r: 72da, device: b}]}]",
            "1:82: steps[0].answers[0].device: b is not among `devices` of the script"
        ),
        (
            "steps: [{r2d: 1c37, answers: [{d2r: 72da, rate: 7, delay-us: 250, frequency: 2}]}]",
            "1:49: steps[0].answers[0].rate: R * bit rate is above a quarter of the sample rate"
        ),
        ("steps: [{r2d: 1c37, corrupt: all}]", "1:30: steps[0].corrupt: write one of crc, truncated"),
        ("steps: [{inventory: {devices: 0}}]", "1:31: steps[0].inventory.devices: write a whole number from 1 to 1000"),
        ("steps: [{inventory: {profile: 0x04}}]", "1:31: steps[0].inventory.profile: this combination is refused:"),
        ("steps: [{inventory: {access: cfra}}]", "1:30: steps[0].inventory.access: cfra is for `target: device`"),
        ("steps: [{inventory: {command: format}}]", "1:31: steps[0].inventory.command: write read:OFFSET,LENGTH"),
        ("steps: [{inventory: {rate: 7, r: 3}}]", "1:28: steps[0].inventory.rate: R * bit rate is 3840000"),
        ("datatype: ci32\nsteps: [{wait-ms: 1}]", "1:11: datatype: write one of cf32_le, ci16_le, ci8, cu8"),
        ("channel: {snr: 3}\nsteps: [{wait-ms: 1}]", "1:11: channel.snr is not known here; did you mean"),
    ])
    func whatIsWrongIsToldWithItsPlaceAndWhatToWrite(text: String, problem: String) {
        let found = problems(text)
        #expect(found.count == 1 && found[0].hasPrefix("s.yaml:" + problem), "\(found)")
    }

    @Test func anyOctetsAsAScriptEndInProblemsOrASmallRecording() {
        let words = [
            "steps", "r2d", "Paging", "inventory", "answers", "d2r", "schedule", "rate", "tbs", "q", ": ", "- ", "\n",
            "  ",
            "{", "}", "[", "]", ", ", "0x", "-1", "99999999999999999999", "1e300", "nan", "\"", "72da", "wait-ms",
            "device",
            "late-us", "delay-us", "frequency", "occasion", "corrupt", "crc", "keep-bits", "m", "&a", "*a", "\u{0}",
        ]
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<400 {
            let text = (0..<Int.random(in: 1..<40, using: &generator)).map { _ in
                words.randomElement(using: &generator) ?? ""
            }.joined()
            _ = problems(text)
        }
    }

    @Test func aRecordingEndsBeforeItFillsADisk() throws {
        var samples = 0
        let script = try read("steps: [{wait-ms: 1}, {wait-ms: 600000}]")
        var synthesizer = Synthesizer(script) { samples += $0.count / 2 }
        #expect(throws: SynthFailure.self) { try synthesizer.run() }
        #expect(samples < 10_000, "it was told before anything was made")
        let wide = try read("{sample-rate-hz: 20000000, datatype: cf32_le, steps: [{wait-ms: 100}]}")
        #expect(wide.sampleLimit == 1_250_000_000 && script.sampleLimit == 1_152_000_000)
    }
}
