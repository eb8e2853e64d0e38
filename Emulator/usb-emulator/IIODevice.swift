/// One device of the IIO daemon.
struct IIODevice {
    struct Channel {
        let id: String
        var name: String?
        let isOutput: Bool
        /// Of a channel that streams: its place in a sample, and how it is stored.
        var scan: (index: Int, format: String)?
        var attributes: [IIOAttribute]
    }

    let id: String
    let name: String
    var channels: [Channel] = []
    var attributes: [IIOAttribute] = []
    var debugAttributes: [IIOAttribute] = []

    var allAttributes: [IIOAttribute] { channels.flatMap(\.attributes) + attributes + debugAttributes }

    /// The bits of the channels that stream.
    var mask: UInt32 { channels.compactMap(\.scan).reduce(0) { $0 | 1 << UInt32($1.index) } }

    var xml: String {
        "<device id=\"\(id)\" name=\"\(name)\" >" + channels.map(xml).joined()
            + attributes.map { "<attribute name=\"\($0.name)\" />" }.joined()
            + debugAttributes.map { "<debug-attribute name=\"\($0.name)\" />" }.joined() + "</device>"
    }

    private func xml(_ channel: Channel) -> String {
        let direction = channel.isOutput ? "out" : "in"
        let title = channel.name.map { " name=\"\($0)\"" } ?? ""
        let file = "\(direction)_\(channel.id)\(channel.name.map { "_\($0)" } ?? "")"
        let format = channel.scan.map {
            "<scan-element index=\"\($0.index)\" format=\"\($0.format)\" />"
        }
        return "<channel id=\"\(channel.id)\"\(title) type=\"\(channel.isOutput ? "output" : "input")\" >"
            + (format ?? "")
            + channel.attributes.map { "<attribute name=\"\($0.name)\" filename=\"\(file)_\($0.name)\" />" }.joined()
            + "</channel>"
    }
}

// MARK: - Those of a Pluto

extension IIODevice {
    /// The transceiver chip.
    static let phy = IIODevice(
        id: "iio:device0", name: "ad9361-phy",
        channels: [
            Channel(
                id: "voltage0", isOutput: false,
                attributes: [
                    .rate("phy.rate"),
                    .range("phy.receive.bandwidth", "rf_bandwidth", 200_000...56_000_000, "18000000"),
                    .choice(
                        "phy.receive.mode", "gain_control_mode", ["manual", "slow_attack", "fast_attack", "hybrid"],
                        "slow_attack"),
                    .gain("phy.receive.gain", -3...77, needsManual: true, "71.000000 dB"),
                    .choice(
                        "phy.receive.port", "rf_port_select", ["A_BALANCED", "B_BALANCED", "C_BALANCED"], "A_BALANCED"),
                    .fixed("phy.receive.rssi", "rssi", "104.25 dB"),
                    .choice("phy.fir", "filter_fir_en", ["0"], "0"),
                ]),
            Channel(
                id: "voltage0", isOutput: true,
                attributes: [
                    .rate("phy.rate"),
                    .range("phy.transmit.bandwidth", "rf_bandwidth", 200_000...40_000_000, "18000000"),
                    .gain("phy.transmit.gain", -89.75...0, needsManual: false, "-10.000000 dB"),
                    .choice("phy.transmit.port", "rf_port_select", ["A", "B"], "A"),
                    .choice("phy.fir", "filter_fir_en", ["0"], "0"),
                ]),
            Channel(
                id: "altvoltage0", name: "RX_LO", isOutput: true,
                attributes: [.range("phy.receive.frequency", "frequency", 70_000_000...6_000_000_000, "2400000000")]),
            Channel(
                id: "altvoltage1", name: "TX_LO", isOutput: true,
                attributes: [
                    .range("phy.transmit.frequency", "frequency", 46_875_001...6_000_000_000, "2450000000"),
                    .choice("phy.transmit.powerdown", "powerdown", ["0", "1"], "0"),
                ]),
        ],
        attributes: [.choice("phy.ensm", "ensm_mode", ["fdd", "alert", "sleep"], "fdd")])

    /// The receive stream.
    static let receiver = IIODevice(
        id: "iio:device3", name: "cf-ad9361-lpc",
        channels: (0...1).map {
            Channel(
                id: "voltage\($0)", isOutput: false, scan: ($0, "le:S12/16&gt;&gt;0"),
                attributes: [.fabricRate("receiver.rate")])
        }, debugAttributes: [.register("receiver.register")])

    private static let tones: [String] = ["TX1_I_F1", "TX1_I_F2", "TX1_Q_F1", "TX1_Q_F2"]

    /// The transmit stream.
    static let transmitter = IIODevice(
        id: "iio:device2", name: "cf-ad9361-dds-core-lpc",
        channels: (0...1).map {
            Channel(
                id: "voltage\($0)", isOutput: true, scan: ($0, "le:S16/16&gt;&gt;0"),
                attributes: [.fabricRate("transmitter.rate")])
        }
            + tones.enumerated().map { index, tone in
                Channel(
                    id: "altvoltage\(index)", name: tone, isOutput: true,
                    attributes: [.choice("transmitter.\(tone).raw", "raw", ["0", "1"], "1")])
            }, debugAttributes: [.register("transmitter.register")])
}

extension IIODevice {
    /// What READ and WRITE name: `ATTRIBUTE`, `DEBUG ATTRIBUTE`, or `INPUT|OUTPUT CHANNEL ATTRIBUTE`.
    func attribute(_ path: ArraySlice<Substring>) -> IIOAttribute? {
        let words = Array(path)
        switch (words.count, words.first) {
        case (1, _): return attributes.first { $0.name == words[0] }
        case (2, "DEBUG"): return debugAttributes.first { $0.name == words[1] }
        case (3, "INPUT"), (3, "OUTPUT"):
            let channel = channels.first {
                $0.isOutput == (words[0] == "OUTPUT") && ($0.id == words[1] || $0.name.map { $0 == words[1] } == true)
            }
            return channel?.attributes.first { $0.name == words[2] }
        default: return nil
        }
    }
}
