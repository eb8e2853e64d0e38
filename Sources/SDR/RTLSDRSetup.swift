import Transceiver

/// How an RTL-SDR is chosen and set up through its library.
enum RTLSDRSetup {
    /// The number that the library gives the receiver that is meant, and its serial number.
    static func choose(
        _ selection: BoxSettings.Selection, by library: RTLSDRLibrary
    ) throws(TransceiverFailure) -> (index: UInt32, serial: String?) {
        let serials = (0..<min(library.deviceCount(), 64)).map { serial(of: $0, by: library) }
        guard !serials.isEmpty else {
            throw TransceiverFailure(.absent, "no RTL-SDR on USB: plug it in, and try another cable or port")
        }
        let list = serials.map { $0 ?? "serial number unreadable" }.joined(separator: ", ")
        switch selection {
        case .address:
            throw TransceiverFailure(.unsupported, "an RTL-SDR cannot be chosen by its address: give its serial")
        case .only:
            guard serials.count == 1 else {
                throw TransceiverFailure(
                    .unsupported, "\(serials.count) RTL-SDR are there, \(list): say which one in serial")
            }
            return (0, serials[0])
        case .serial(let end):
            let found = serials.indices.filter { serials[$0]?.lowercased().hasSuffix(end.lowercased()) == true }
            if found.isEmpty, serials.contains(nil) {
                throw TransceiverFailure(
                    .denied,
                    "no serial number that can be read ends with \(end), of \(list): install udev/70-aiot-reader.rules "
                        + "and join the group aiot; where that is done, unplug the RTL-SDR and plug it in")
            }
            guard found.count == 1 else {
                throw TransceiverFailure(
                    found.isEmpty ? .absent : .unsupported,
                    "\(found.count) RTL-SDR have a serial number that ends with \(end), of \(list): correct serial")
            }
            return (UInt32(found[0]), serials[found[0]])
        }
    }

    private static func serial(of index: UInt32, by library: RTLSDRLibrary) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 3 * 256) { room in
            room.initialize(repeating: 0)
            guard let start = room.baseAddress, library.strings(index, start, start + 256, start + 512) == 0 else {
                return nil
            }
            let octets = room[512...].prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return String(decoding: octets, as: UTF8.self)
        }
    }

    /// What it means that opening gave `result`, an error of libusb.
    static func failure(ofOpening result: Int32) -> TransceiverFailure {
        switch result {
        case -3:
            TransceiverFailure(
                .denied, "no permission for the RTL-SDR: install udev/70-aiot-reader.rules and join the group aiot")
        case -4: TransceiverFailure(.absent, "the RTL-SDR has gone: plug it in again")
        case -6:
            TransceiverFailure(
                .busy,
                "the RTL-SDR is busy: end the other program, or rmmod dvb_usb_rtl28xxu where the kernel has it; "
                    + "else unplug it and plug it in")
        default: TransceiverFailure(.failed, "the RTL-SDR does not open (\(result)): unplug it and plug it in")
        }
    }

    static func apply(_ settings: BoxSettings, to opened: RTLSDR.Opened) throws(TransceiverFailure) {
        let (library, device) = (opened.library, opened.device)
        guard 225_001...3_200_000 ~= settings.sampleRateHz,
            library.setSampleRate(device, UInt32(settings.sampleRateHz)) == 0
        else { throw unsupported("sample-rate-hz", "\(settings.sampleRateHz)", "900001 to 2400000") }
        guard 0...Int64(UInt32.max) ~= settings.frequencyHz,
            library.setFrequency(device, UInt32(settings.frequencyHz)) == 0
        else { throw unsupported("frequency-hz", "\(settings.frequencyHz)", "24000000 to 1766000000") }
        guard library.setGainMode(device, 1) == 0, let gain = nearestGain(to: settings.receiveGainDB, of: opened),
            library.setGain(device, gain) == 0
        else { throw unsupported("receive-gain-db", "\(settings.receiveGainDB)", "0 to 49") }
        guard library.setBiasTee(device, settings.hasAntennaPower ? 1 : 0) == 0 else {
            throw TransceiverFailure(.unsupported, "the RTL-SDR has no antenna power: take it out of its settings")
        }
    }

    private static func unsupported(_ setting: String, _ value: String, _ range: String) -> TransceiverFailure {
        TransceiverFailure(.unsupported, "\(setting) is \(value), and the RTL-SDR does not take it: give \(range)")
    }

    /// The tuner's gain, in tenths of a dB, that is nearest to `decibels`.
    private static func nearestGain(to decibels: Int, of opened: RTLSDR.Opened) -> Int32? {
        let count = Int(opened.library.gains(opened.device, nil))
        guard 1...256 ~= count, 0...100 ~= decibels else { return nil }
        var gains = [Int32](repeating: 0, count: count)
        guard opened.library.gains(opened.device, &gains) == count else { return nil }
        return gains.min { abs(Int($0) - 10 * decibels) < abs(Int($1) - 10 * decibels) }
    }
}
