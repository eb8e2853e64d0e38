import AIoTAir
import AIoTBase
import AIoTCapture
import AIoTMac
import AIoTPhy
import AIoTReader
package import Settings

extension SynthScript {
    /// Reads a script; what is wrong stays in `file` for `finish` to throw.
    package init(_ file: SettingsFile) {
        self.init()
        let root = file.root
        sampleRateHz = root.number("sample-rate-hz", in: 1e6...20e6, default: sampleRateHz)
        if let datatype = root.choice("datatype", of: Datatype.self) { format = datatype.format }
        frequencyHz = root.number("frequency-hz", in: 0...1e12, default: frequencyHz)
        seed = UInt64(root.int("seed", in: 0...Int.max, default: 1))
        channel = SynthChannel(root.section("channel"))
        var reader = StepReader(script: self, devices: Self.devices(root))
        guard let list = root.mappings("steps") else {
            if !root.has("steps") {
                root.problem("steps", "write what happens, as in `steps: [{inventory: {devices: 1}}]`")
            }
            return
        }
        if list.isEmpty { root.problem("steps", "write at least one step") }
        if list.count > Self.mostSteps { root.problem("steps", "\(list.count) steps: take \(Self.mostSteps) at most") }
        steps = list.prefix(Self.mostSteps).enumerated().compactMap { index, mapping in
            reader.step(mapping, key: "steps[\(index)]")
        }
    }

    private static let mostSteps = 100_000

    private enum Datatype: String, CaseIterable {
        case cf32le = "cf32_le"
        case ci16le = "ci16_le"
        case ci8
        case cu8

        var format: SampleFormat {
            switch self {
            case .cf32le: .cf32le
            case .ci16le: .ci16le
            case .ci8: .ci8
            case .cu8: .cu8
            }
        }
    }

    /// The devices that have a name.
    private static func devices(_ root: SettingsMapping) -> [String: SynthDevice] {
        var devices: [String: SynthDevice] = [:]
        for mapping in root.mappings("devices") ?? [] {
            guard let name = mapping.string("name") else {
                if !mapping.has("name") { mapping.problem("name", "name the device, for `device: NAME` of a burst") }
                continue
            }
            if devices[name] != nil { mapping.problem("name", "\(name) is the name of another device too") }
            devices[name] = SynthDevice(identity: "named \(name)").changed(by: mapping)
        }
        return devices
    }
}

extension SynthDevice {
    private enum Reflection: String, CaseIterable {
        case onOff = "on-off"
        case twoPhase = "two-phase"
    }

    /// With what a mapping says about it.
    func changed(by mapping: SettingsMapping) -> SynthDevice {
        var device = self
        if let ppm = mapping.number("clock-ppm", in: -200_000...200_000) { device.clockError = ppm / 1e6 }
        if let power = mapping.number("power-db", in: -60...60) { device.powerDB = power }
        if let phase = mapping.number("phase-deg", in: -360...360) { device.phaseDegrees = phase }
        switch mapping.choice("reflection", of: Reflection.self) {
        case .onOff: device.reflection = .onOff
        case .twoPhase: device.reflection = .twoPhase
        case nil: break
        }
        return device
    }
}

extension SynthChannel {
    init(_ mapping: SettingsMapping) {
        self.init()
        if mapping.string("snr-db") == "off" {
            snrDB = nil
        } else {
            snrDB = mapping.number("snr-db", in: -20...100, default: 20)
        }
        bitRateHz = mapping.number("bit-rate-hz", in: 1_000...1e6, default: bitRateHz)
        leak = mapping.number("leak", in: 0.001...1, default: leak)
        deviceToLeakDB = mapping.number("device-to-leak-db", in: -80...0, default: deviceToLeakDB)
        powerSpreadDB = mapping.number("power-spread-db", in: 0...40, default: powerSpreadDB)
        carrierOffsetHz = mapping.number("carrier-offset-hz", in: -100_000...100_000, default: 0)
        if let dc = mapping.mapping("dc") {
            dcOffset = (dc.number("i", in: -1...1, default: 0), dc.number("q", in: -1...1, default: 0))
        }
        if let drift = mapping.mapping("leak-drift") {
            leakDrift = .init(
                amplitudeDB: drift.number("amplitude-db", in: 0...20, default: 0),
                phaseDegrees: drift.number("phase-deg", in: 0...360, default: 0),
                timeScaleSeconds: drift.number("seconds", in: 1e-3...1_000, default: 0.05))
        }
        if let impulses = mapping.mapping("impulses") {
            self.impulses = .init(
                perSecond: impulses.number("per-second", in: 0...100_000, default: 100),
                levelDB: impulses.number("level-db", in: -40...80, default: 20),
                seconds: impulses.number("microseconds", in: 0...10_000, default: 10) / 1e6)
        }
        converterBits = mapping.int("converter-bits", in: 2...16)
    }
}
