import AIoTSecurity
import ArgumentParser
import Settings
import SoftDevice
import Transceiver

extension DeviceSettings.Kind: ExpressibleByArgument {}

/// The options of `device`; each goes before the key of the configuration file that has its name.
struct DeviceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A configuration file, YAML, with keys named as the options.", valueName: "file"))
    var config: String?

    @Option(help: "The box: pluto, or hackrf for two of them that share a clock. (default: pluto)")
    var box: DeviceSettings.Kind?

    @Option(help: "The end of its serial number, where there are several; of two HackRFs the one that receives.")
    var serial: String?

    @Option(help: "The serial number of the HackRF that transmits.")
    var transmitterSerial: String?

    @Option(help: "The reader's carrier, Hz. (default: 920600000)")
    var frequency: Int?

    @Option(help: "Samples per second. (default: 1920000, two HackRFs: 2000000)")
    var sampleRate: Int?

    @Option(help: "Gain of the receiver, dB. (default: 30)")
    var receiveGain: Int?

    @Option(help: "Gain of the transmitter, dB; see docs/soft-device.md. (default: 30)")
    var transmitGain: Int?

    @Option(help: "Of a burst while its device reflects, 0.001 to 1 of full scale. (default: 0.25)")
    var amplitude: Double?

    @Option(
        help: "Samples from the transmitter to the receiver, for a box that cannot hear itself. (default: measured)")
    var latencySamples: Int?

    @Option(help: "Devices, 1 to 20,000. (default: 1)")
    var devices: Int?

    @Option(help: "Their seed, as for `aiotf provision simulated`. (default: 1)")
    var seed: UInt64?

    @Option(help: "Largest error of the devices' clocks, ppm. (default: 0)")
    var clockError: Int?

    @Option(help: "Security profile, bits 0 to 6. (default: 0x17)")
    var profile: OctetOption?

    @Option(help: "Algorithms: 0x00, 0x02 (128-NIA2), 0x20 (128-NEA2) or 0x22. (default: 0x22)")
    var algorithms: OctetOption?

    @Option(help: "Counter window W. (default: 15 with 128-NIA2, else 0)")
    var counterWindow: UInt32?

    @Option(help: ArgumentHelp("Where the devices keep their counters; without it they forget.", valueName: "file"))
    var memory: String?

    /// The settings of the file with those of the options over them.
    /// - Throws: exit status 64, 66, 77 or 78, after it has said why.
    func settings() throws -> DeviceSettings {
        var settings = DeviceSettings()
        do {
            let file = try SettingsFile(config.map { try ConfigurationFile.text(at: $0) } ?? "", name: config ?? "")
            settings.read(file.root)
            try file.finish()
        } catch let problems as SettingsProblems {
            Console.report("\(problems)")
            throw Ending.configuration
        }
        try apply(to: &settings)
        guard settings.problems.isEmpty else {
            for problem in settings.problems { Console.report(problem) }
            throw config == nil ? Ending.usage : Ending.configuration
        }
        return settings
    }

    private func apply(to settings: inout DeviceSettings) throws {
        if let box {
            settings.kind = box
            if box == .hackRF { settings.box.sampleRateHz = max(settings.box.sampleRateHz, 2_000_000) }
        }
        if let serial { settings.box.selection = .serial(serial) }
        if let transmitterSerial { settings.transmitterSerial = transmitterSerial }
        try take("--frequency", frequency, in: DeviceSettings.frequencies) { settings.box.frequencyHz = Int64($0) }
        try take("--sample-rate", sampleRate, in: DeviceSettings.sampleRates) { settings.box.sampleRateHz = Double($0) }
        try take("--receive-gain", receiveGain, in: 0...102) { settings.box.receiveGainDB = $0 }
        try take("--transmit-gain", transmitGain, in: 0...89) { settings.box.transmitGainDB = $0 }
        try take("--amplitude", amplitude, in: 0.001...1) { settings.soft.amplitude = Float($0) }
        try take("--latency-samples", latencySamples, in: DeviceSettings.latencies) {
            settings.soft.latencySamples = Int64($0)
        }
        try take("--devices", devices, in: 1...20_000) { settings.plan.devices = $0 }
        if let seed { settings.plan.seed = seed }
        try take("--clock-error", clockError, in: 0...100_000) { settings.plan.clockError = $0 }
        if let memory { settings.memory = memory }
        try applySecurity(to: &settings.plan.security)
    }

    private func applySecurity(to security: inout SecurityConfiguration) throws {
        try take("--profile", profile?.value, in: 0...0x7F) { security.profile = SecurityProfile(rawValue: $0) }
        if let algorithms {
            guard let chosen = SecurityAlgorithms(octet: algorithms.value) else {
                throw ValidationError("--algorithms: take 0x00, 0x02, 0x20 or 0x22")
            }
            security.algorithms = chosen
            security.counterWindow = chosen.hasIntegrity ? 15 : 0
        }
        if let counterWindow { security.counterWindow = counterWindow }
    }

    private func take<Value: Comparable>(
        _ name: String, _ value: Value?, in range: ClosedRange<Value>, _ use: (Value) -> Void
    ) throws {
        guard let value else { return }
        guard range.contains(value) else {
            throw ValidationError("\(name) \(value): take \(range.lowerBound) to \(range.upperBound)")
        }
        use(value)
    }
}
