import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader

/// Why a step of a script could not be carried out.
package struct SynthFailure: Error, Hashable, Sendable {
    /// As in `steps[3]`.
    package var key: String
    package var text: String
}

/// Carries out a script: gives samples, and tells the truth about them.
///
/// The same script gives the same samples and the same truth, on any machine.
package struct Synthesizer {
    private let script: SynthScript
    private let scene: Scene
    private let profile = AirProfile.oursV0
    private var truth = Truth()
    /// Powers and phases of devices, drawn where the script does not say them.
    private let gains: [SynthDevice: (re: Float, im: Float)]

    /// From the carrier's beginning to the first frame, and from the end of a window to the next frame.
    private static let leadSeconds = 300e-6
    private static let settlingSeconds = 200e-6

    /// - Parameter sink: takes every sample, interleaved.
    package init(_ script: SynthScript, sink: @escaping (UnsafeBufferPointer<Float>) -> Void) {
        self.script = script
        gains = Self.gains(of: script)
        var standing: (re: Float, im: Float) = (0, 0)
        // In the order of the script: sums of floats depend on it.
        var seen: Set<SynthDevice> = []
        for device in Self.devices(of: script) where device.reflection == .twoPhase {
            guard seen.insert(device).inserted, let gain = gains[device] else { continue }
            standing = (standing.re - gain.re, standing.im - gain.im)
        }
        scene = Scene(script: script, standing: standing, sink: sink)
    }

    private static func devices(of script: SynthScript) -> [SynthDevice] {
        script.steps.flatMap { step in
            if case .frame(let frame) = step.action { frame.answers.map(\.device) } else { [SynthDevice]() }
        }
    }

    private static func gains(of script: SynthScript) -> [SynthDevice: (re: Float, im: Float)] {
        var generator = SeededGenerator(seed: script.seed ^ 0x6A19)
        var gains: [SynthDevice: (re: Float, im: Float)] = [:]
        for device in devices(of: script) where gains[device] == nil {
            let power = (2 * generator.uniform() - 1) * script.channel.powerSpreadDB
            let phase = 360 * generator.uniform()
            gains[device] = polar(
                script.channel.deviceAmplitude * amplitude(dB: device.powerDB ?? power),
                degrees: device.phaseDegrees ?? phase)
        }
        return gains
    }

    /// Samples so far.
    package var sampleCount: Int { scene.position }

    /// Carries out every step.
    package mutating func run() throws(SynthFailure) -> Truth {
        for step in script.steps {
            switch step.action {
            case .frame(let frame): try put(frame, key: step.key)
            case .wait(let seconds):
                try turnOn(key: step.key)
                try hold(seconds: seconds, key: step.key)
            case .carrierOff(let seconds):
                scene.isCarrierOn = false
                let start = scene.position
                try hold(seconds: seconds, key: step.key)
                truth.interruptions.append(start..<scene.position)
            case .inventory(let inventory): try run(inventory, key: step.key)
            }
        }
        try hold(seconds: 500e-6, key: "steps")
        return truth.settled()
    }

    private mutating func run(_ inventory: SynthInventory, key: String) throws(SynthFailure) {
        let run = InventoryRunner(
            inventory: inventory, seed: inventory.seed ?? script.seed &+ UInt64(truth.inventories.count),
            script: script, scene: scene)
        try run.run(key: key, into: &truth)
        scene.isCarrierOn = false
    }

    private func turnOn(key: String) throws(SynthFailure) {
        guard !scene.isCarrierOn else { return }
        scene.isCarrierOn = true
        try hold(seconds: Self.leadSeconds, key: key)
    }

    private func hold(seconds: Double, key: String) throws(SynthFailure) {
        try advance(toSample: Double(scene.position) + seconds * script.sampleRateHz, key: key)
    }

    private func advance(
        toSample end: Double, key: String, keying: (waveform: KeyedWaveform, start: Int)? = nil
    ) throws(SynthFailure) {
        guard end <= Double(script.sampleLimit) else { throw script.tooLong(key) }
        scene.advance(toSample: Int(end.rounded(.up)), keying: keying)
    }
}

// MARK: - A frame and its bursts

extension Synthesizer {
    private mutating func put(_ frame: SynthFrame, key: String) throws(SynthFailure) {
        try turnOn(key: key)
        let waveform: KeyedWaveform
        do {
            waveform = try R2DModulator.waveform(
                ofBits: frame.bits(in: profile), chipsPerSymbol: frame.chipsPerSymbol, in: profile)
        } catch {
            throw SynthFailure(key: key, text: "\(error)")
        }
        let start = scene.position
        let frameEnd = Double(start) + waveform.seconds * script.sampleRateHz
        truth.add(frame, start: start, count: Int((frameEnd - Double(start)).rounded()))
        var end = frameEnd + profile.d2rTurnaround.seconds * script.sampleRateHz
        for window in frame.windows(in: profile, sampleRateHz: script.sampleRateHz, after: &truth.schedule) {
            end = max(end, frameEnd + window.latestEnd(in: profile).seconds * script.sampleRateHz)
        }
        for burst in frame.answers {
            end = max(end, try put(burst, frameEnd: frameEnd))
        }
        end += Self.settlingSeconds * script.sampleRateHz
        if let next = frame.next { end = frameEnd + next * script.sampleRateHz }
        try advance(toSample: max(end, frameEnd), key: key, keying: (waveform, start))
    }

    /// - Returns: where the burst ends.
    private mutating func put(_ burst: SynthBurst, frameEnd: Double) throws(SynthFailure) -> Double {
        let clock = 1 + burst.device.clockError
        let start = frameEnd + (burst.delay.seconds / clock + burst.late) * script.sampleRateHz
        guard start >= Double(scene.position) else {
            throw SynthFailure(key: burst.key, text: "it would start before its R2D frame: raise late-us")
        }
        let waveform: KeyedWaveform
        do {
            let bits = try D2RCoding.burstBits(
                of: burst.octets, format: burst.format, crcRight: burst.isCRCRight, in: profile)
            // Two phases differ from on-off by what stands in the leak.
            waveform = D2RModulator.waveform(
                ofBits: bits, format: burst.format, clockError: burst.device.clockError, reflection: .onOff, in: profile
            )
        } catch {
            throw SynthFailure(key: burst.key, text: "\(error)")
        }
        let gain = gains[burst.device] ?? (0, 0)
        scene.add(waveform, gain: (2 * gain.re, 2 * gain.im), startSample: start)
        let end = start + waveform.seconds * script.sampleRateHz
        truth.add(burst, start: start, end: end, in: profile, sampleRateHz: script.sampleRateHz)
        return end
    }
}

extension SynthScript {
    func tooLong(_ key: String) -> SynthFailure {
        let octets = sampleLimit < Int(Self.longestSeconds * sampleRateHz)
        return SynthFailure(
            key: key,
            text: octets
                ? "the samples would fill more than \(Self.mostOctets / 1_000_000_000) GB: shorten the script, or lower "
                    + "sample-rate-hz or datatype"
                : "the recording would be longer than \(Int(Self.longestSeconds)) s: shorten the script")
    }
}

extension SynthFrame {
    /// Length, message and CRC, with the frame's fault.
    func bits(in profile: AirProfile) throws(AirCodingError) -> [UInt8] {
        var bits = try R2DCoding.bits(of: octets, in: profile)
        switch fault {
        case .crc: bits[bits.count - 1] ^= 1
        case .truncated(let count): bits = Array(bits.prefix(count))
        case nil: break
        }
        return bits
    }

    /// What a reader would wait for after it.
    func windows(
        in profile: AirProfile, sampleRateHz: Double, after schedule: inout AirSchedule?
    ) -> [ExpectedBurst] {
        guard fault == nil, let message = try? R2DMessage(decoding: octets) else { return [] }
        var following = schedule ?? AirSchedule(profile: profile, sampleRateHz: sampleRateHz)
        defer { schedule = following }
        return following.windows(after: message).bursts
    }
}
