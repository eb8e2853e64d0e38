import AIoTSecurity
import SDR
import Settings
import SoftDevice
import Transceiver
import USBTransport

/// What `device` puts on the air, and behind which boxes.
struct DeviceSettings {
    enum Kind: String, CaseIterable {
        case pluto
        /// Two of them that share a clock: one receives, one transmits.
        case hackRF = "hackrf"
    }

    var kind = Kind.pluto
    /// Of the only box, or of the one that receives.
    var box = BoxSettings()
    var transmitterSerial: String?
    var plan = LoopbackPlan(
        security: SecurityConfiguration(profile: [], algorithms: SecurityAlgorithms(ciphering: .nea0, integrity: .nia0))
    )
    var soft = SoftDeviceSettings()
    /// Where the devices keep their counters; nil: they are new at each start.
    var memory: String?

    static let frequencies = 70_000_000...6_000_000_000
    static let sampleRates = 1_000_000...20_000_000
    static let latencies = 0...10_000_000

    /// A crystal's clock is exact enough to be taken for none.
    init() {
        plan.devices = 1
        plan.clockError = 0
    }

    /// Reads a configuration file; problems are left in it for `finish` to throw.
    mutating func read(_ root: SettingsMapping) {
        kind = root.choice("box", of: Kind.self) ?? kind
        if kind == .hackRF { box.sampleRateHz = 2_000_000 }
        if let serial = root.string("serial") { box.selection = .serial(serial) }
        transmitterSerial = root.string("transmitter-serial")
        if let hertz = root.int("frequency-hz", in: Self.frequencies) { box.frequencyHz = Int64(hertz) }
        if let rate = root.int("sample-rate-hz", in: Self.sampleRates) { box.sampleRateHz = Double(rate) }
        if let gain = root.int("receive-gain-db", in: 0...102) { box.receiveGainDB = gain }
        if let gain = root.int("transmit-gain-db", in: 0...89) { box.transmitGainDB = gain }
        if let amplitude = root.number("amplitude", in: 0.001...1) { soft.amplitude = Float(amplitude) }
        if let latency = root.int("latency-samples", in: Self.latencies) { soft.latencySamples = Int64(latency) }
        if let devices = root.int("devices", in: 1...20_000) { plan.devices = devices }
        if let seed = root.int("seed", in: 0...Int.max) { plan.seed = UInt64(seed) }
        if let error = root.int("clock-error-ppm", in: 0...100_000) { plan.clockError = error }
        memory = root.string("memory")
        readSecurity(root)
    }

    private mutating func readSecurity(_ root: SettingsMapping) {
        let profile = SecurityProfile(rawValue: UInt8(root.int("profile", in: 0...0x7F) ?? 0x17))
        guard let algorithms = SecurityAlgorithms(octet: UInt8(root.int("algorithms", in: 0...0xFF) ?? 0x22)) else {
            root.problem("algorithms", "write 0x00, 0x02, 0x20 or 0x22")
            return
        }
        let window = root.int("counter-window", in: 0...Int(SecurityConfiguration.maximumCounterWindow))
        plan.security = SecurityConfiguration(
            profile: profile, algorithms: algorithms,
            counterWindow: UInt32(window ?? (algorithms.hasIntegrity ? 15 : 0)))
    }

    /// What keeps the devices from working so; empty when nothing does.
    var problems: [String] {
        var found = plan.security.refusals(for: .single).map { "profile: \($0)" }
        if kind == .hackRF, transmitterSerial == nil || box.selection == .only {
            found.append(
                "a HackRF cannot receive and transmit at once: give --serial of one that receives and "
                    + "--transmitter-serial of one that transmits, the clock output of one wired to the other's input")
        }
        let (rates, gain) = kind == .pluto ? (BoxRates.pluto, 89) : (BoxRates.hackRF, 47)
        if !rates.contains(box.sampleRateHz) {
            found.append(
                "sample rate \(Int(box.sampleRateHz)): a \(kind.rawValue) takes \(Int(rates.lowerBound)) to "
                    + "\(Int(rates.upperBound))")
        }
        if box.transmitGainDB > gain { found.append("transmit gain: a \(kind.rawValue) takes 0 to \(gain)") }
        if kind == .pluto, box.receiveGainDB > 73 { found.append("receive gain: a pluto takes 0 to 73") }
        if kind == .pluto, transmitterSerial != nil {
            found.append("a Pluto does both: leave out --transmitter-serial")
        }
        return found
    }

    /// The boxes, not opened yet.
    func transceivers(on bus: any USBBus) -> (transmitter: any Transceiver, receiver: any Transceiver) {
        switch kind {
        case .pluto:
            let pluto = Pluto(bus: bus, settings: box)
            return (pluto, pluto)
        case .hackRF:
            var transmitter = box
            if let transmitterSerial { transmitter.selection = .serial(transmitterSerial) }
            return (
                HackRF(bus: bus, settings: transmitter, role: .transmitter),
                HackRF(bus: bus, settings: box, role: .receiver)
            )
        }
    }
}
