import AIoTBase
import AIoTMac
import AIoTReader
import Logging
import RadioFrontEnd
import SDR
import Settings
import StreamFrontEnd
import Transceiver
import USBTransport

/// A `front-end` of `type: pluto`: one full-duplex box.
struct PlutoSettings {
    var box: BoxSettings
    private var amplitude: Float
    private var power = RadiatedPower(source: .pluto, transmitGainDB: 0)

    init(_ mapping: SettingsMapping) {
        box = BoxSettings(common: mapping, rates: BoxRates.pluto, defaultRateHz: 1_920_000)
        box.readSelection(mapping)
        box.readReceiver(mapping, largestGainDB: 73)
        box.readTransmitter(mapping, largestGainDB: 89)
        amplitude = mapping.amplitude
        power.readAntenna(mapping)
        power.transmitGainDB = box.transmitGainDB
        power.amplitude = Double(amplitude)
    }

    var transmission: Transmission {
        Transmission(
            box: "a pluto", frequencyHz: box.frequencyHz, power: power, gainKey: "front-end.transmit-gain-db")
    }

    func make(for reader: ReaderConfiguration, tap: (any ReceiveTap)?, log: Logger) throws -> any RadioFrontEnd {
        let pluto = Pluto(bus: try USBContext(), settings: box)
        return StreamFrontEnd(
            name: pluto.name, transmitter: pluto, receiver: pluto, profile: reader.profile, amplitude: amplitude,
            tap: tap, log: { log.debug("\($0)") }, note: { log.warning("\($0)") }, placed: log.placed)
    }
}

/// A `front-end` of `type: two-box`: a HackRF sends, a second box receives.
struct TwoBoxSettings {
    enum ReceiverKind: String, CaseIterable {
        case hackRF = "hackrf"
        case rtlSDR = "rtl-sdr"
    }

    var transmitter: BoxSettings
    var receiver: BoxSettings
    var receiverKind = ReceiverKind.hackRF
    private var amplitude: Float
    private var power = RadiatedPower(source: .hackRF, transmitGainDB: 0)

    init(_ mapping: SettingsMapping) {
        transmitter = BoxSettings(common: mapping, rates: BoxRates.hackRF, defaultRateHz: 2_000_000)
        receiver = transmitter
        amplitude = mapping.amplitude
        let isTriggered = mapping.bool("trigger", default: false)
        if let sending = mapping.mapping("transmitter") {
            transmitter.readSelection(sending)
            transmitter.readTransmitter(sending, largestGainDB: 47)
            transmitter.readHackRF(sending)
        } else if !mapping.has("transmitter") {
            mapping.problem("transmitter", "name it, as in `transmitter: {serial: \"1a2b\"}`: a HackRF")
        }
        power.readAntenna(mapping)
        power.transmitGainDB = transmitter.transmitGainDB
        power.hasAmplifier = transmitter.hasAmplifier
        power.amplitude = Double(amplitude)
        guard let receiving = mapping.mapping("receiver") else {
            if !mapping.has("receiver") {
                mapping.problem("receiver", "name it, as in `receiver: {type: hackrf, serial: \"3c4d\"}`")
            }
            return
        }
        receiverKind = receiving.choice("type", default: ReceiverKind.hackRF)
        receiver.readSelection(receiving)
        switch receiverKind {
        case .hackRF:
            receiver.readReceiver(receiving, largestGainDB: 102)
            receiver.readHackRF(receiving)
            receiver.waitsForTrigger = isTriggered
            if transmitter.selection == .only || receiver.selection == .only {
                mapping.problem("receiver", "with two HackRFs give each its serial (`aiot-reader devices` tells them)")
            }
        case .rtlSDR:
            receiver.readReceiver(receiving, largestGainDB: 49)
            if !BoxRates.rtlSDR.contains(receiver.sampleRateHz) {
                mapping.problem("sample-rate-hz", "an RTL-SDR takes 2400000 at most")
            }
            if isTriggered { mapping.problem("trigger", "goes with two HackRFs only") }
        }
    }

    var transmission: Transmission {
        Transmission(
            box: "a HackRF", frequencyHz: transmitter.frequencyHz, power: power,
            gainKey: "front-end.transmitter.transmit-gain-db")
    }

    func make(for reader: ReaderConfiguration, tap: (any ReceiveTap)?, log: Logger) throws -> any RadioFrontEnd {
        let bus = try USBContext()
        let sending = HackRF(bus: bus, settings: transmitter, role: .transmitter)
        let receiving: any Transceiver =
            switch receiverKind {
            case .hackRF: HackRF(bus: bus, settings: receiver, role: .receiver)
            case .rtlSDR: RTLSDR(bus: bus, settings: receiver)
            }
        return StreamFrontEnd(
            name: "\(sending.name) and \(receiving.name)", transmitter: sending, receiver: receiving,
            profile: reader.profile, amplitude: amplitude, tap: tap, log: { log.debug("\($0)") },
            note: { log.warning("\($0)") }, placed: log.placed)
    }
}

extension Logger {
    /// Where a frame is on the transmit counter.
    var placed: @Sendable (R2DTransmission, Int) -> Void {
        { transmission, place in
            var fields: Metadata {
                var fields: Metadata = [
                    "inventory": "\(transmission.message.transactionID.value)",
                    "octets": "\(Hex.encoded(transmission.octets))",
                ]
                let exchanges = transmission.exchanges.map(String.init).joined(separator: ",")
                if !exchanges.isEmpty { fields["exchange"] = "\(exchanges)" }
                return fields
            }
            debug("R2D frame \(transmission.id) at transmit sample \(place)", metadata: fields)
        }
    }
}

/// Sample rates that the boxes take; what is outside would not be received (`AIoTPhy`) or not be sustained over USB.
enum BoxRates {
    static let pluto = 1_000_000.0...4_000_000.0
    static let hackRF = 2_000_000.0...20_000_000.0
    static let rtlSDR = 1_000_000.0...2_400_000.0
}

extension SettingsMapping {
    /// Of the carrier as sent, in full scales.
    var amplitude: Float { Float(number("amplitude", in: 0.05...1, default: 0.8)) }
}

extension BoxSettings {
    /// Frequency and rate, which both boxes of a rig share.
    init(common mapping: SettingsMapping, rates: ClosedRange<Double>, defaultRateHz: Double) {
        self.init()
        frequencyHz = Int64(
            mapping.int("frequency-hz", in: 70_000_000...6_000_000_000, default: Int(frequencyHz)))
        sampleRateHz = Double(
            mapping.int(
                "sample-rate-hz", in: Int(rates.lowerBound)...Int(rates.upperBound), default: Int(defaultRateHz)))
    }

    /// Which of several boxes: `serial`, its end is enough, or `address` as `001:004`.
    mutating func readSelection(_ mapping: SettingsMapping) {
        if let serial = mapping.string("serial") { selection = .serial(serial) }
        guard let text = mapping.string("address") else { return }
        let parts = text.split(separator: ":").map { UInt8($0) }
        guard parts.count == 2, let bus = parts[0], let device = parts[1] else {
            mapping.problem("address", "write bus and device as in \"001:004\" (`aiot-reader devices` tells them)")
            return
        }
        if selection != .only { mapping.problem("address", "give serial or address, not both") }
        selection = .address(bus: bus, device: device)
    }

    mutating func readReceiver(_ mapping: SettingsMapping, largestGainDB: Int) {
        receiveGainDB = mapping.int("receive-gain-db", in: 0...largestGainDB, default: receiveGainDB)
    }

    mutating func readTransmitter(_ mapping: SettingsMapping, largestGainDB: Int) {
        transmitGainDB = mapping.int("transmit-gain-db", in: 0...largestGainDB, default: transmitGainDB)
    }

    mutating func readHackRF(_ mapping: SettingsMapping) {
        hasAmplifier = mapping.bool("amplifier", default: false)
        hasAntennaPower = mapping.bool("antenna-power", default: false)
    }
}
