import Transceiver

/// The settings of a box in the terms of a Pluto: what is written to its attributes, in this order.
struct PlutoSetup {
    static let phy = "ad9361-phy"
    static let receiver = "cf-ad9361-lpc"
    static let transmitter = "cf-ad9361-dds-core-lpc"
    /// I and Q.
    static let mask: UInt32 = 0x0000_0003

    /// A transmit gain of this is no attenuation.
    private static let noAttenuation = 89

    let rateHertz: Int
    private let frequencyHertz: Int64
    private let receiveGain: Int

    /// Throws `.unsupported` for what no Pluto can do; what only some can do is left to the box.
    init(_ settings: BoxSettings) throws(TransceiverFailure) {
        guard 300_000...61_440_000 ~= settings.sampleRateHz else {
            throw Self.unsupported("sample-rate-hz", "\(settings.sampleRateHz)", "300000 to 61440000")
        }
        guard settings.sampleRateHz == settings.sampleRateHz.rounded() else {
            throw Self.unsupported("sample-rate-hz", "\(settings.sampleRateHz)", "whole numbers")
        }
        guard 70_000_000...6_000_000_000 ~= settings.frequencyHz else {
            throw Self.unsupported("frequency-hz", "\(settings.frequencyHz)", "70000000 to 6000000000")
        }
        guard 0...77 ~= settings.receiveGainDB else {
            throw Self.unsupported("receive-gain-db", "\(settings.receiveGainDB)", "0 to 77")
        }
        guard 0...Self.noAttenuation ~= settings.transmitGainDB else {
            throw Self.unsupported("transmit-gain-db", "\(settings.transmitGainDB)", "0 to 89")
        }
        guard !settings.hasAmplifier, !settings.hasAntennaPower, !settings.waitsForTrigger else {
            throw TransceiverFailure(
                .unsupported, "a Pluto has no amplifier, antenna power or trigger: take them out of its settings")
        }
        rateHertz = Int(settings.sampleRateHz)
        frequencyHertz = settings.frequencyHz
        receiveGain = settings.receiveGainDB
    }

    private static func unsupported(_ setting: String, _ value: String, _ range: String) -> TransceiverFailure {
        TransceiverFailure(.unsupported, "\(setting) is \(value), and a Pluto takes \(range)")
    }

    /// Both oscillators; the receiver's is channel 0, the transmitter's 1.
    var frequencies: [IIOCommand] {
        ["altvoltage0", "altvoltage1"].map {
            .write(IIOAttribute(Self.phy, .output, $0, "frequency"), String(frequencyHertz))
        }
    }

    static let rate = IIOAttribute(phy, .input, "voltage0", "sampling_frequency")

    /// The rate between converter and USB, on which the fabric can decimate and interpolate by 8.
    static let fabricRates = [
        IIOAttribute(receiver, .input, "voltage0", "sampling_frequency"),
        IIOAttribute(transmitter, .output, "voltage0", "sampling_frequency"),
    ]

    /// Filters as wide as 0.8 of the rate (*ours*; the device takes 200 kHz and more), a fixed gain of the receiver, and of
    /// the transmitter the least, until it streams.
    var filtersAndGains: [IIOCommand] {
        let bandwidth = String(max(rateHertz / 5 * 4, 200_000))
        return [
            .write(IIOAttribute(Self.phy, .input, "voltage0", "rf_bandwidth"), bandwidth),
            .write(IIOAttribute(Self.phy, .output, "voltage0", "rf_bandwidth"), bandwidth),
            .write(IIOAttribute(Self.phy, .input, "voltage0", "gain_control_mode"), "manual"),
            .write(IIOAttribute(Self.phy, .input, "voltage0", "hardwaregain"), String(receiveGain)),
            Self.transmitGain(0),
        ]
    }

    /// The attenuation of the transmitter for a gain of 0 to 89, which its driver gives as a negative gain.
    static func transmitGain(_ decibels: Int) -> IIOCommand {
        .write(IIOAttribute(phy, .output, "voltage0", "hardwaregain"), String(decibels - noAttenuation))
    }
}
