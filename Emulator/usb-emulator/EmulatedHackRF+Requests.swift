extension EmulatedHackRF {
    /// Vendor requests to the device; others stall, as the firmware refuses them.
    func control(_ request: ControlRequest) -> ControlAnswer {
        if let answer = request.standardAnswer(identity) { return answer }
        switch (request.type, request.request) {
        case (0x40, 1):
            guard let mode = Mode(rawValue: request.value) else { return .stall }
            set(mode)
            return .done
        case (0x40, _): return apply(request) ? .done : .stall
        case (0xc0, 19...21): return .data([gain(request) ? 1 : 0])
        case (0xc0, _): return inquiry(request.request).map(ControlAnswer.data) ?? .stall
        default: return .stall
        }
    }

    /// A request that sets something.
    /// - Returns: false where the firmware refuses it.
    private func apply(_ request: ControlRequest) -> Bool {
        switch request.request {
        case 6:
            guard let rate = request.word(0), let divider = request.word(4), divider > 0 else { return false }
            setup.sampleRateHz = Double(rate) / Double(divider)
        case 7: setup.filterHz = UInt32(request.value) | UInt32(request.index) << 16
        case 16:
            guard let megahertz = request.word(0), let rest = request.word(4) else { return false }
            setup.frequencyHz = UInt64(megahertz) * 1_000_000 + UInt64(rest)
        case 17:
            guard request.value <= 1 else { return false }
            setup.hasAmplifier = request.value == 1
        case 23:
            guard request.value <= 1 else { return false }
            setup.hasAntennaPower = request.value == 1
        case 29:
            guard request.value <= 1 else { return false }
            setup.waitsForTrigger = request.value == 1
        case 30: wantsToRestart = true
        // Limits of underruns and overruns.
        case 42, 43: break
        default: return false
        }
        return true
    }

    /// A gain: 19 LNA, 20 receive VGA, 21 transmit VGA; the firmware says whether it took it.
    private func gain(_ request: ControlRequest) -> Bool {
        let gain = request.index
        switch request.request {
        case 19 where gain <= 40: setup.lnaGainDB = gain & ~7
        case 20 where gain <= 62: setup.vgaGainDB = gain & ~1
        case 21 where gain <= 47: setup.transmitGainDB = gain
        default: return false
        }
        return true
    }

    private func inquiry(_ request: UInt8) -> [UInt8]? {
        switch request {
        // HackRF One, first board.
        case 14: return [firmware == .wrong ? 0xff : 2]
        case 15: return Array((firmware == .right ? "2022.09.1" : "2015.07.2").utf8)
        case 18: return partAndSerial
        // No add-on board at any of eight addresses.
        case 27: return [UInt8](repeating: 0xff, count: 8)
        case 41: return firmware == .right ? coreState : nil
        // Revision 8, made by Great Scott Gadgets; firmware for that board.
        case 45: return firmware == .right ? [0x83] : nil
        case 46: return firmware == .right ? [0, 0, 0, 2] : nil
        default: return nil
        }
    }

    /// Part ID, two words, and the serial number, four words.
    private var partAndSerial: [UInt8] {
        let digits = Array(serial)
        let words = stride(from: 0, to: 32, by: 8).map { UInt32(String(digits[$0..<($0 + 8)]), radix: 16) ?? 0 }
        return ([0xa000_cb3c, 0x0052_4f4e] as [UInt32] + words).flatMap(\.octets)
    }

    var settings: [String: String] {
        var all = ["mode": "\(mode)", "amplifier": "\(setup.hasAmplifier)", "antennaPower": "\(setup.hasAntennaPower)"]
        all["trigger"] = "\(setup.waitsForTrigger)"
        all["sampleRateHz"] = setup.sampleRateHz.map { "\($0)" }
        all["filterHz"] = setup.filterHz.map { "\($0)" }
        all["frequencyHz"] = setup.frequencyHz.map { "\($0)" }
        all["lnaGainDB"] = setup.lnaGainDB.map { "\($0)" }
        all["vgaGainDB"] = setup.vgaGainDB.map { "\($0)" }
        all["transmitGainDB"] = setup.transmitGainDB.map { "\($0)" }
        return all
    }
}
