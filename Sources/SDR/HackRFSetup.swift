import Transceiver

/// The settings of a box in the terms of a HackRF.
struct HackRFSetup {
    let rate: HackRFSampleRate
    let frequencyHertz: UInt64
    /// The requests for the gains of the role, each with its name for people.
    let gains: [(HackRFRequest, String)]
    let notes: [String]

    /// Throws `.unsupported` for what no HackRF can do.
    init(_ settings: BoxSettings, role: HackRF.Role) throws(TransceiverFailure) {
        guard let rate = HackRFSampleRate(settings.sampleRateHz) else {
            throw Self.unsupported("sample-rate-hz", "\(settings.sampleRateHz)", "1000000 to 20000000")
        }
        guard 1_000_000...6_000_000_000 ~= settings.frequencyHz else {
            throw Self.unsupported("frequency-hz", "\(settings.frequencyHz)", "1000000 to 6000000000")
        }
        self.rate = rate
        frequencyHertz = UInt64(settings.frequencyHz)
        switch role {
        case .transmitter:
            guard HackRFGains.transmitRange ~= settings.transmitGainDB else {
                throw Self.unsupported("transmit-gain-db", "\(settings.transmitGainDB)", "0 to 47")
            }
            gains = [(.transmitVGAGain(UInt16(settings.transmitGainDB)), "the transmit gain")]
        case .receiver:
            guard let split = HackRFGains(receiving: settings.receiveGainDB) else {
                throw Self.unsupported("receive-gain-db", "\(settings.receiveGainDB)", "0 to 102")
            }
            gains = [(.lnaGain(split.lna), "the LNA gain"), (.vgaGain(split.vga), "the VGA gain")]
        }
        notes =
            rate.samplesPerSecond < HackRFSampleRate.supportedFrom
            ? [
                "its maker supports 2 MS/s and more: at \(rate.samplesPerSecond / 1_000_000) MS/s its narrowest filter lets "
                    + "signals through that alias"
            ] : []
    }

    private static func unsupported(_ setting: String, _ value: String, _ range: String) -> TransceiverFailure {
        TransceiverFailure(.unsupported, "\(setting) is \(value), and a HackRF takes \(range)")
    }
}
