import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import Settings

/// Reads the steps of a script in their order: what a burst looks like follows from the R2D messages before it.
struct StepReader {
    private let script: SynthScript
    private let devices: [String: SynthDevice]
    private var schedule: AirSchedule
    private let profile = AirProfile.oursV0

    init(script: SynthScript, devices: [String: SynthDevice]) {
        self.script = script
        self.devices = devices
        schedule = AirSchedule(profile: profile, sampleRateHz: script.sampleRateHz)
    }

    private static let kinds = ["r2d", "wait-ms", "carrier-off-ms", "inventory"]

    /// One step; nil, with a problem, where it is none.
    mutating func step(_ mapping: SettingsMapping, key: String) -> SynthStep? {
        let kinds = Self.kinds.filter(mapping.has)
        guard kinds.count == 1, let kind = kinds.first else {
            mapping.allowAnything()
            let text = "write exactly one of " + Self.kinds.joined(separator: ", ") + " in a step"
            mapping.problem(kinds.last ?? "r2d", text)
            return nil
        }
        let action: SynthStep.Action?
        let longest = SynthScript.longestSeconds * 1_000
        switch kind {
        case "r2d": action = frame(mapping, key: key).map(SynthStep.Action.frame)
        case "wait-ms": action = mapping.number(kind, in: 0...longest).map { .wait($0 / 1_000) }
        case "carrier-off-ms": action = mapping.number(kind, in: 0.2...longest).map { .carrierOff($0 / 1_000) }
        default:
            action = mapping.mapping("inventory").flatMap { InventoryReader(script: script).inventory($0) }.map {
                .inventory($0)
            }
            schedule = AirSchedule(profile: profile, sampleRateHz: script.sampleRateHz)
        }
        return action.map { SynthStep(key: key, action: $0) }
    }

    private enum Fault: String, CaseIterable {
        case crc
        case truncated
    }

    private mutating func frame(_ mapping: SettingsMapping, key: String) -> SynthFrame? {
        for key in ["m", "corrupt", "keep-bits", "next-us", "answers"] { _ = mapping.has(key) }
        guard let octets = MessageReader(mapping).r2dOctets() else { return nil }
        var frame = SynthFrame(octets: octets)
        frame.chipsPerSymbol = mapping.int("m", in: 2...24, default: 6)
        if !profile.r2dChipsPerSymbol.contains(frame.chipsPerSymbol) {
            mapping.problem("m", "write 2, 6, 12 or 24")
            return nil
        }
        switch mapping.choice("corrupt", of: Fault.self) {
        case .crc: frame.fault = .crc
        case .truncated:
            let bits = R2DCoding.bitCount(messageOctets: octets.count, in: profile)
            frame.fault = .truncated(bits: mapping.int("keep-bits", in: 0...bits - 1, default: bits / 2))
        case nil: break
        }
        frame.next = mapping.number("next-us", in: 0...1e9).map { $0 / 1e6 }
        let message = frame.fault == nil ? try? R2DMessage(decoding: octets) : nil
        let windows = message.map { schedule.windows(after: $0) } ?? AirSchedule.Windows()
        for (index, answer) in (mapping.mappings("answers") ?? []).enumerated() {
            let reader = BurstReading(
                mapping: answer, key: "\(key).answers[\(index)]", windows: windows, devices: devices, profile: profile,
                sampleRateHz: script.sampleRateHz)
            if let burst = reader.burst() { frame.answers.append(burst) }
        }
        return frame
    }
}

/// Reads one burst of a frame's `answers`.
struct BurstReading {
    let mapping: SettingsMapping
    let key: String
    let windows: AirSchedule.Windows
    let devices: [String: SynthDevice]
    let profile: AirProfile
    let sampleRateHz: Double

    private enum Fault: String, CaseIterable {
        case crc
    }

    func burst() -> SynthBurst? {
        for key in Self.keys { _ = mapping.has(key) }
        guard let window = window(),
            let octets = MessageReader(mapping).d2rOctets(transportBlock: window?.format.transportBlockOctets)
        else { return nil }
        let frequency = mapping.int("frequency", in: 0...7) ?? window?.frequencyPosition ?? 0
        guard let format = format(octets: octets, window: window, frequency: frequency), let delay = delay(window)
        else { return nil }
        let late = (mapping.number("late-us", in: -1e6...1e6) ?? 0) / 1e6
        let isCRCRight = mapping.choice("corrupt", of: Fault.self) == nil
        return SynthBurst(
            key: key, octets: octets, format: format, frequencyPosition: frequency, delay: delay, late: late,
            isCRCRight: isCRCRight, device: device(), decodable: mapping.bool("decodable"),
            isScheduled: window.map { $0.format == format && $0.delay == delay } ?? false,
            note: mapping.string("note"))
    }

    private static let keys = [
        "occasion", "entry", "frequency", "rate", "r", "fec", "rep", "mid", "delay-us", "late-us", "corrupt",
        "decodable",
        "note", "d2r", "device", "clock-ppm", "power-db", "phase-deg", "reflection", "randomID", "moreData", "sdu",
        "tbs",
    ]

    /// The place that the frame opened for it, where it opened any; nil, with a problem, where there is no such place.
    private func window() -> ExpectedBurst?? {
        if let occasion = mapping.int("occasion", in: 0...32_767) {
            guard let index = windows.occasions.firstIndex(of: occasion), windows.bursts.indices.contains(index) else {
                let open = windows.occasions.compactMap { $0 }
                let text = open.isEmpty ? "no occasion" : "occasions \(open[0]) to \(open[open.count - 1])"
                mapping.problem("occasion", "this frame opens \(text)")
                return nil
            }
            return windows.bursts[index]
        }
        if let entry = mapping.int("entry", in: 0...15) {
            guard windows.bursts.indices.contains(entry) else {
                mapping.problem("entry", "this frame schedules \(windows.bursts.count) bursts, counted from 0")
                return nil
            }
            return windows.bursts[entry]
        }
        return .some(windows.bursts.first)
    }

    /// As the window says, where the script says nothing else.
    private func format(octets: [UInt8], window: ExpectedBurst?, frequency: Int) -> D2RBurstFormat? {
        let base = window?.format
        guard let rate = mapping.int("rate", in: 0...7) ?? base?.rateCode else {
            mapping.problem("rate", "the frame schedules no burst that could say it: write the rate code, 0 to 7")
            return nil
        }
        // R without its frequency position.
        let scheduled = window.map { $0.format.subcarrierPeriods >> $0.frequencyPosition } ?? 1
        let periods = mapping.int("r", in: 0...3).map { 1 << $0 } ?? scheduled
        let format = D2RBurstFormat(
            rateCode: rate, subcarrierPeriods: periods << frequency, fec: flag("fec") ?? base?.fec ?? false,
            repetition: flag("rep") ?? base?.repetition ?? false, midamble: flag("mid") ?? base?.midamble ?? false,
            transportBlockOctets: octets.count)
        guard format.fits(sampleRateHz: sampleRateHz, in: profile) else {
            mapping.problem("rate", "R * bit rate is above a quarter of the sample rate: lower rate, r or frequency")
            return nil
        }
        return format
    }

    private func flag(_ name: String) -> Bool? { mapping.int(name, in: 0...1).map { $0 == 1 } }

    private func delay(_ window: ExpectedBurst?) -> AirDuration? {
        if let microseconds = mapping.number("delay-us", in: 0...1e7) {
            return AirDuration(seconds: microseconds / 1e6)
        }
        if window == nil {
            mapping.problem("delay-us", "the frame schedules no burst: write when it starts, as in `delay-us: 250`")
        }
        return window?.delay
    }

    private func device() -> SynthDevice {
        var device = SynthDevice(identity: key)
        if let name = mapping.string("device") {
            if let named = devices[name] {
                device = named
            } else {
                let names = devices.keys.sorted().joined(separator: ", ")
                mapping.problem(
                    "device", "\(name) is not among `devices` of the script" + (names.isEmpty ? "" : ": \(names)"))
            }
        }
        let changed = device.changed(by: mapping)
        guard changed != device else { return device }
        var other = changed
        other.identity = key
        return other
    }
}
