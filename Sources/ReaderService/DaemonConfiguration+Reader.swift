import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import Settings

extension DaemonConfiguration {
    /// Who the reader is: `reader`.
    mutating func readIdentity(_ mapping: SettingsMapping) {
        var identity = ReaderIdentity()
        identity.name = mapping.string("name", default: identity.name)
        if !identity.name.utf8.allSatisfy({ (0x20...0x7A).contains($0) })
            || !(1...150).contains(identity.name.utf8.count)
        {
            mapping.problem("name", "write 1 to 150 plain letters")
        }
        identity.gnbID = UInt32(mapping.int("gnb-id", in: 0...0x3F_FFFF, default: Int(identity.gnbID)))
        identity.readerIndex = mapping.int("index", in: 1...65_535, default: identity.readerIndex)
        identity.plmn = octets("plmn", mapping, identity.plmn)
        identity.trackingAreaCode = octets("tracking-area", mapping, identity.trackingAreaCode)
        identity.areaCode = octets("area", mapping, identity.areaCode)
        reader.identity = identity
    }

    /// Three octets in hex.
    private func octets(_ key: String, _ mapping: SettingsMapping, _ other: [UInt8]) -> [UInt8] {
        let text = mapping.string(key, default: Hex.encoded(other))
        guard let octets = Hex.decoded(text), octets.count == 3 else {
            mapping.problem(key, "write six hexadecimal digits in quotes, as in \"00f110\"")
            return other
        }
        return octets
    }

    private enum Access: String, CaseIterable {
        case auto
        case cbra
        case direct
        case cfra
    }

    /// How the air is used: `air`.
    mutating func readAir(_ mapping: SettingsMapping, _ root: SettingsMapping) {
        reader.chipsPerSymbol = mapping.int("chips-per-symbol", in: 1...24, default: reader.chipsPerSymbol)
        reader.rateCode = mapping.int("rate-code", in: 0...7, default: reader.rateCode)
        reader.subcarrierCode = mapping.int("subcarrier-code", in: 0...3, default: reader.subcarrierCode)
        reader.fec = mapping.bool("fec", default: reader.fec)
        reader.repetition = mapping.bool("repetition", default: reader.repetition)
        reader.midamble = mapping.bool("midamble", default: reader.midamble)
        let positions = mapping.int("frequencies", in: 1...8, default: 1 << reader.frequencyCode)
        reader.frequencyCode = positions.trailingZeroBitCount
        if positions.nonzeroBitCount != 1 { mapping.problem("frequencies", "write 1, 2, 4 or 8") }
        switch mapping.choice("access", default: Access.auto) {
        case .cbra: reader.accessMode = .cbra
        case .direct: reader.accessMode = .direct
        case .cfra: reader.accessMode = .cfra
        case .auto: break
        }
        reader.fixedQ = mapping.int("q", in: 0...15)
        reader.maxRounds = mapping.int("max-rounds", in: 1...10_000, default: reader.maxRounds)
        let clockError = mapping.int("clock-error-ppm", in: 1_000...100_000, default: 20_000)
        reader.profile.largestClockError = Double(clockError) / 1e6
        reader.minTurnaroundMilliseconds = mapping.int(
            "min-turnaround-ms", in: ReaderConfiguration.minTurnaroundRange, default: reader.minTurnaroundMilliseconds)
        reader.exchangeBudgetMilliseconds = mapping.int(
            "exchange-budget-ms", in: 1...60_000, default: reader.exchangeBudgetMilliseconds)
        reader.linkHoldMilliseconds = mapping.int(
            "link-hold-ms", in: 0...3_600_000, default: reader.linkHoldMilliseconds)
        reader.radioHoldMilliseconds = mapping.int(
            "radio-hold-ms", in: 0...3_600_000, default: reader.radioHoldMilliseconds)
        for problem in reader.problems {
            if let key = keyToBlame(mapping) {
                mapping.problem(key, problem)
            } else if let frontEnd = root.mapping("front-end"), frontEnd.has("sample-rate-hz") {
                frontEnd.problem("sample-rate-hz", problem)
            } else {
                root.problem("air", problem)
            }
        }
    }

    /// The first key of `air` that is written and without which there is a problem less.
    private func keyToBlame(_ mapping: SettingsMapping) -> String? {
        let defaults = ReaderConfiguration()
        let keys: [(name: String, reset: (inout ReaderConfiguration) -> Void)] = [
            ("chips-per-symbol", { $0.chipsPerSymbol = defaults.chipsPerSymbol }),
            ("q", { $0.fixedQ = nil }),
            ("rate-code", { $0.rateCode = defaults.rateCode }),
            ("subcarrier-code", { $0.subcarrierCode = defaults.subcarrierCode }),
            ("frequencies", { $0.frequencyCode = defaults.frequencyCode }),
        ]
        return keys.first { key in
            var other = reader
            key.reset(&other)
            return mapping.has(key.name) && other.problems.count < reader.problems.count
        }?.name
    }
}
