import AIoTAir
import AIoTDevice
import AIoTReader
import AIoTSecurity
import LoopbackFrontEnd
import RadioFrontEnd
import Recording
import Settings
import StreamFrontEnd

/// A `front-end` of `type: loopback`: simulated devices.
struct LoopbackSettings {
    private var plan = LoopbackPlan(
        security: SecurityConfiguration(profile: [], algorithms: SecurityAlgorithms(ciphering: .nea0, integrity: .nia0))
    )
    /// Where the simulated devices keep their counters; nil: they are new at each start.
    private var memory: String?
    /// Where the simulated devices write what they know to be true.
    private var journal: String?

    /// Reads the mapping; problems are left in it for `finish` to throw.
    init(_ mapping: SettingsMapping) {
        plan.devices = mapping.int("devices", in: 0...20_000, default: plan.devices)
        plan.seed = UInt64(mapping.int("seed", in: 0...Int.max, default: Int(plan.seed)))
        plan.air = mapping.choice("air", default: AirLevel.burst)
        plan.snr = mapping.number("snr", in: -20...80, default: plan.snr)
        plan.loss = mapping.number("loss", in: 0...0.99, default: plan.loss)
        if plan.loss > 0, plan.air == .sample { mapping.problem("loss", "goes with air: burst; lower snr instead") }
        plan.clockError = mapping.int("clock-error-ppm", in: 0...100_000, default: plan.clockError)
        memory = mapping.string("memory")
        journal = mapping.string("journal")
        readSecurity(mapping)
    }

    private mutating func readSecurity(_ mapping: SettingsMapping) {
        let profile = mapping.int("profile", in: 0...0x7F, default: 0x17, hexDigits: 2)
        let octet = mapping.int("algorithms", in: 0...0xFF, default: 0x22, hexDigits: 2)
        guard let algorithms = SecurityAlgorithms(octet: UInt8(octet)) else {
            mapping.problem("algorithms", "write 0x00, 0x02, 0x20 or 0x22")
            return
        }
        let window = mapping.int(
            "counter-window", in: 0...Int(SecurityConfiguration.maximumCounterWindow),
            default: algorithms.hasIntegrity ? 15 : 0)
        plan.security = SecurityConfiguration(
            profile: SecurityProfile(rawValue: UInt8(profile)), algorithms: algorithms, counterWindow: UInt32(window))
        for refusal in plan.security.refusals(for: .single) {
            let key =
                switch refusal {
                case .counterWindowWithoutIntegrity, .counterWindowTooLarge, .pagingTagWithCounterWindow:
                    "counter-window"
                default: "profile"
                }
            mapping.problem(key, "\(refusal)")
        }
    }

    /// Whether what it receives are samples.
    var hasSamples: Bool { plan.air == .sample }

    /// The front end, not started yet.
    /// - Parameter tap: takes what it receives; at sample level only.
    /// - Throws: `DeviceMemoryError`.
    func make(
        for reader: ReaderConfiguration, tap: (any ReceiveTap)?
    ) throws(DeviceMemoryError) -> any RadioFrontEnd {
        guard let tap else { return try simulation(for: reader, tap: nil) }
        let samples = SampleTap(tap, sampleRateHz: reader.sampleRateHz)
        return TappedFrontEnd(try simulation(for: reader, tap: samples), tap: samples)
    }

    private func simulation(
        for reader: ReaderConfiguration, tap: SampleTap?
    ) throws(DeviceMemoryError) -> LoopbackFrontEnd {
        var file: DeviceMemoryFile?
        if let memory {
            file = try DeviceMemoryFile(
                path: memory, seed: plan.seed, new: plan.population().devices.map(\.nas.nonVolatile))
        }
        let population = plan.population(nonVolatile: file?.states ?? [])
        var truth: AirJournal?
        if let journal { truth = try AirJournal(path: journal, population: population) }
        return LoopbackFrontEnd(
            name: "loopback, \(plan.devices) simulated devices",
            radio: plan.radio(of: population, for: reader) { tap?.append($0) }, memory: file, journal: truth)
    }
}
