import AIoTBase
import AIoTMac
import AIoTReader
import AIoTSecurity
import Settings

/// Reads an `inventory` step.
struct InventoryReader {
    let script: SynthScript

    private enum Access: String, CaseIterable {
        case auto
        case cbra
        case direct
        case cfra

        var mode: AccessMode? {
            switch self {
            case .auto: nil
            case .cbra: .cbra
            case .direct: .direct
            case .cfra: .cfra
            }
        }
    }

    func inventory(_ mapping: SettingsMapping) -> SynthInventory? {
        guard let security = security(mapping) else { return nil }
        var inventory = SynthInventory(security: security, reader: reader(mapping))
        inventory.devices = mapping.int("devices", in: 1...1_000, default: 1)
        inventory.seed = mapping.int("seed", in: 0...Int.max).map { UInt64($0) }
        inventory.target = mapping.choice("target", default: .group)
        inventory.largestClockError = mapping.number("clock-ppm", in: 0...100_000, default: 20_000) / 1e6
        let access = mapping.choice("access", default: Access.auto)
        inventory.reader.accessMode = access.mode
        if access == .cfra, inventory.target != .device {
            mapping.problem("access", "cfra is for `target: device`: it has no contention")
        }
        if let text = mapping.string("command") {
            inventory.command = FollowOnCommand(text: text)
            inventory.security.profile.insert(.followOnCommands)
            if inventory.command == nil {
                mapping.problem("command", "write read:OFFSET,LENGTH, write:OFFSET,HEX or disable")
            }
        }
        for refusal in inventory.security.refusals(for: inventory.targetKind) {
            mapping.problem("profile", "this combination is refused: \(refusal)")
        }
        for problem in inventory.reader.problems { mapping.problem("rate", problem) }
        return inventory
    }

    private func security(_ mapping: SettingsMapping) -> SecurityConfiguration? {
        let octet = mapping.int("algorithms", in: 0...255, default: 0x22, hexDigits: 2)
        guard let algorithms = SecurityAlgorithms(octet: UInt8(octet)) else {
            mapping.allowAnything()
            mapping.problem("algorithms", "write 0x00, 0x02 (128-NIA2), 0x20 (128-NEA2) or 0x22")
            return nil
        }
        let profile = mapping.int("profile", in: 0...0x7F, default: 0x17, hexDigits: 2)
        let window = mapping.int("counter-window", in: 0...0x7FFF_FFFF) ?? (algorithms.hasIntegrity ? 15 : 0)
        return SecurityConfiguration(
            profile: SecurityProfile(rawValue: UInt8(profile)), algorithms: algorithms, counterWindow: UInt32(window))
    }

    private func reader(_ mapping: SettingsMapping) -> ReaderConfiguration {
        var reader = ReaderConfiguration()
        reader.sampleRateHz = script.sampleRateHz
        reader.chipsPerSymbol = mapping.int("m", in: 2...24, default: reader.chipsPerSymbol)
        reader.rateCode = mapping.int("rate", in: 0...7, default: reader.rateCode)
        reader.subcarrierCode = mapping.int("r", in: 0...3, default: reader.subcarrierCode)
        reader.fec = mapping.int("fec", in: 0...1, default: 0) == 1
        reader.repetition = mapping.int("rep", in: 0...1, default: 0) == 1
        reader.midamble = mapping.int("mid", in: 0...1, default: 0) == 1
        let frequencies = mapping.int("frequencies", in: 1...8, default: 1)
        if frequencies.nonzeroBitCount != 1 { mapping.problem("frequencies", "write 1, 2, 4 or 8") }
        reader.frequencyCode = frequencies.trailingZeroBitCount
        reader.fixedQ = mapping.int("q", in: 0...15)
        reader.maxRounds = mapping.int("max-rounds", in: 1...1_000, default: reader.maxRounds)
        return reader
    }
}
