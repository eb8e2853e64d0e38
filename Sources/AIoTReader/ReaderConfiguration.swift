import AIoTBase
package import AIoTMac
package import AIoTPhy

/// How this reader uses the air and who it is at the link.
package struct ReaderConfiguration: Hashable, Sendable {
    package var profile = AirProfile.oursV0
    /// M of R2D frames.
    package var chipsPerSymbol = 6
    /// D2R: 3,750 * 2^code bit/s.
    package var rateCode = 4
    /// D2R: 2^code subcarrier periods per bit.
    package var subcarrierCode = 0
    package var fec = false
    package var repetition = false
    package var midamble = false
    /// Y = 2^code frequency positions in contention.
    package var frequencyCode = 0
    /// nil: CFRA for a single device, CBRA for groups and all devices.
    package var accessMode: AccessMode?
    /// q for every round; nil: the reader chooses.
    package var fixedQ: Int?
    /// Pagings per transaction at most.
    package var maxRounds = 16
    /// No burst is due earlier than this after the end of its R2D frame, ms: what a device behind a USB host needs.
    /// 0 leaves it at the turnaround of the air.
    package var minTurnaroundMilliseconds = 0
    /// How long an exchange may wait for the AIoTF, ms.
    package var exchangeBudgetMilliseconds = 500
    /// How long an inventory outlives its link, ms.
    package var linkHoldMilliseconds = 10_000
    /// How long an inventory that has not been paged yet waits for a radio that is away, ms.
    package var radioHoldMilliseconds = 10_000
    /// Sample rate of the front end: R * bit rate must not exceed a quarter of it.
    package var sampleRateHz = 1_920_000.0
    /// None unless set.
    package var limits = AirLimits()
    package var identity = ReaderIdentity()

    package init() {}

    /// Minimum turnarounds that the start offset can tell: 16 bits of 50 µs and the air's own (`spec/2 "Timing"`), ms.
    package static let minTurnaroundRange = 0...3_276

    /// Why the reader cannot work so; empty when it can. Each text says what to change.
    package var problems: [String] {
        var found: [String] = []
        if !profile.r2dChipsPerSymbol.contains(chipsPerSymbol) {
            found.append("M \(chipsPerSymbol) is not allowed: take one of \(profile.r2dChipsPerSymbol)")
        }
        if !(0...7).contains(rateCode) { found.append("rate code \(rateCode): take 0 to 7") }
        if !(0...3).contains(subcarrierCode) { found.append("subcarrier code \(subcarrierCode): take 0 to 3") }
        if !(0...3).contains(frequencyCode) { found.append("frequency positions: take 1, 2, 4 or 8") }
        if let fixedQ, !(0...15).contains(fixedQ) { found.append("q \(fixedQ): take 0 to 15") }
        if maxRounds < 1 || maxRounds > 10_000 { found.append("rounds \(maxRounds): take 1 to 10,000") }
        if !Self.minTurnaroundRange.contains(minTurnaroundMilliseconds) {
            found.append(
                "minimum turnaround \(minTurnaroundMilliseconds) ms: take 0 to 3,276, what a start offset can tell")
        }
        if exchangeBudgetMilliseconds < 1 || exchangeBudgetMilliseconds > 60_000 {
            found.append("exchange budget \(exchangeBudgetMilliseconds) ms: take 1 to 60,000")
        }
        if linkHoldMilliseconds < 0 || linkHoldMilliseconds > 3_600_000 {
            found.append("link hold \(linkHoldMilliseconds) ms: take 0 to 3,600,000")
        }
        if radioHoldMilliseconds < 0 || radioHoldMilliseconds > 3_600_000 {
            found.append("radio hold \(radioHoldMilliseconds) ms: take 0 to 3,600,000")
        }
        if accessMode == .reserved { found.append("access mode 3 is not defined: take CBRA, CFRA or direct") }
        if found.isEmpty { found += scheduleProblems + limitProblems }
        return found
    }

    private var scheduleProblems: [String] {
        var found: [String] = []
        let top = subcarrierCode + frequencyCode
        let format = D2RBurstFormat(rateCode: rateCode, subcarrierPeriods: 1 << top, transportBlockOctets: 2)
        if !format.fits(sampleRateHz: sampleRateHz, in: profile) {
            let limit = Int(sampleRateHz / 4)
            found.append(
                "R * bit rate is \(Int(format.bitRateHz(in: profile)) << top) at the highest frequency position, "
                    + "above a quarter of the sample rate (\(limit)): lower the rate, R or Y, or sample faster")
        }
        if let fixedQ, fixedQ > largestQ {
            found.append(
                "q \(fixedQ) has more than 256 triggers with Y = \(1 << frequencyCode): take \(largestQ) at most")
        }
        return found
    }

    /// Bits per second of a D2R burst.
    package var bitRateHz: Double {
        D2RBurstFormat(rateCode: rateCode, subcarrierPeriods: 1, transportBlockOctets: 1).bitRateHz(in: profile)
    }

    /// Largest q: 2^q / (X * Y) is at most 256, X at most 8.
    package var largestQ: Int { min(15, 8 + 3 + frequencyCode) }
}

/// Who this reader is in NGAP.
package struct ReaderIdentity: Hashable, Sendable {
    /// PLMN, 3 octets.
    package var plmn: [UInt8] = [0x00, 0xF1, 0x10]
    /// gNB ID, 22 bits.
    package var gnbID: UInt32 = 1
    package var name = "aiot-reader"
    package var readerIndex = 1
    /// Tracking area and A-IoT area code, 3 octets each.
    package var trackingAreaCode: [UInt8] = [0, 0, 1]
    package var areaCode: [UInt8] = [0, 0, 1]
    /// Upper 16 bits of every RAN-AIOT-Device-NGAP-ID; another one after each start, kept by the shell.
    package var epoch: UInt16 = 1

    package init() {}
}
