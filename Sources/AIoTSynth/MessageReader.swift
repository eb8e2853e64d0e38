import AIoTBase
import AIoTMac
import Settings

/// Reads MAC messages out of a step, under the names that the test vectors and `decode` use.
struct MessageReader {
    private let mapping: SettingsMapping

    init(_ mapping: SettingsMapping) { self.mapping = mapping }

    private static let r2dNames = [
        "Paging", "AccessTrigger", "RandomIDResponse", "R2DUpperLayerData", "NACKFeedback", "Acknowledgement",
    ]
    /// The fields that a message has: known, even where another is at fault.
    private static let fields = [
        "Paging": ["transactionID", "access", "xCode", "yCode", "q", "asID", "schedule", "sdu"],
        "AccessTrigger": ["transactionID", "index"],
        "RandomIDResponse": ["transactionID", "entries"],
        "R2DUpperLayerData": ["transactionID", "randomID", "asID", "receivedOctets", "schedule", "sdu"],
        "NACKFeedback": ["transactionID", "randomID", "asID"],
        "Acknowledgement": ["transactionID", "asIDs"],
        "AccessRandomID": ["randomID"],
        "D2RUpperLayerData": ["moreData", "sdu", "tbs"],
    ]

    /// Makes keys known.
    private func know(_ keys: [String]) { for key in keys { _ = mapping.has(key) } }

    /// The octets of the message that `r2d` names or spells; nil, with a problem, where there are none.
    func r2dOctets() -> [UInt8]? {
        guard let name = mapping.string("r2d") else { return nil }
        if let octets = Hex.decoded(name), !octets.isEmpty {
            guard octets.count <= MACLimits.messageOctets else {
                return fault("r2d", "\(octets.count) octets: a message has 255 at most")
            }
            return octets
        }
        guard Self.r2dNames.contains(name) else {
            mapping.allowAnything()
            return fault("r2d", "write octets as hex, or one of " + Self.r2dNames.joined(separator: ", "))
        }
        know(Self.fields[name] ?? [])
        let id = TransactionID(UInt8(mapping.int("transactionID", in: 0...15, default: 0)))
        guard let message = message(name, id) else { return nil }
        do {
            return try message.encoded()
        } catch {
            return fault("r2d", "\(error)")
        }
    }

    private func message(_ name: String, _ id: TransactionID) -> R2DMessage? {
        switch name {
        case "Paging": paging(id).map(R2DMessage.paging)
        case "AccessTrigger":
            required("index", in: 0...255).map {
                .accessTrigger(AccessTrigger(transactionID: id, index: UInt8($0)))
            }
        case "RandomIDResponse": randomIDResponse(id).map(R2DMessage.randomIDResponse)
        case "R2DUpperLayerData": upperLayerData(id).map(R2DMessage.upperLayerData)
        case "NACKFeedback": nackFeedback(id).map(R2DMessage.nackFeedback)
        default: acknowledgement(id).map(R2DMessage.acknowledgement)
        }
    }

    private func paging(_ id: TransactionID) -> Paging? {
        guard let schedule = schedule(isRequired: true) else { return nil }
        return Paging(
            transactionID: id, access: AccessMode(code: UInt8(mapping.int("access", in: 0...3, default: 0))),
            xCode: UInt8(mapping.int("xCode", in: 0...3, default: 0)),
            yCode: UInt8(mapping.int("yCode", in: 0...3, default: 0)),
            q: UInt8(mapping.int("q", in: 0...15, default: 0)),
            asID: ASID(UInt8(mapping.int("asID", in: 0...255, default: 0))), schedule: schedule,
            sdu: octets("sdu") ?? [])
    }

    private func randomIDResponse(_ id: TransactionID) -> RandomIDResponse? {
        guard let list = mapping.mappings("entries") else {
            if !mapping.has("entries") { mapping.problem("entries", "write 1 to 16 of {randomID, asID, schedule}") }
            return nil
        }
        let entries = list.compactMap { mapping -> RandomIDResponse.Entry? in
            let reader = MessageReader(mapping)
            reader.know(["randomID", "asID", "schedule"])
            guard let randomID = reader.required("randomID", in: 0...0xFFFF),
                let asID = reader.required("asID", in: 0...255), let schedule = reader.schedule(isRequired: true)
            else { return nil }
            return .init(randomID: RandomID(UInt16(randomID)), asID: ASID(UInt8(asID)), schedule: schedule)
        }
        return entries.count == list.count ? RandomIDResponse(transactionID: id, entries: entries) : nil
    }

    private func upperLayerData(_ id: TransactionID) -> R2DUpperLayerData? {
        guard let asID = required("asID", in: 0...255) else { return nil }
        return R2DUpperLayerData(
            transactionID: id, randomID: mapping.int("randomID", in: 0...0xFFFF).map { RandomID(UInt16($0)) },
            asID: ASID(UInt8(asID)), receivedOctets: mapping.int("receivedOctets", in: 0...255).map { UInt8($0) },
            schedule: schedule(isRequired: false), sdu: octets("sdu") ?? [])
    }

    private func nackFeedback(_ id: TransactionID) -> NACKFeedback? {
        let asID = mapping.int("asID", in: 0...255)
        let randomID = mapping.int("randomID", in: 0...0xFFFF)
        switch (asID, randomID) {
        case (let asID?, nil): return NACKFeedback(transactionID: id, addressee: .asID(ASID(UInt8(asID))))
        case (nil, let randomID?):
            return NACKFeedback(transactionID: id, addressee: .randomID(RandomID(UInt16(randomID))))
        default: return fault("randomID", "write exactly one of randomID and asID")
        }
    }

    private func acknowledgement(_ id: TransactionID) -> Acknowledgement? {
        let texts = mapping.strings("asIDs") ?? []
        let octets = texts.compactMap { UInt8($0) }
        guard (1...16).contains(octets.count), octets.count == texts.count else {
            return fault("asIDs", "write 1 to 16 numbers from 0 to 255, as in `[1, 2]`")
        }
        return Acknowledgement(transactionID: id, asIDs: octets.map { ASID($0) })
    }

    /// `schedule`; its absence is a problem only where it is required.
    private func schedule(isRequired: Bool) -> Schedule? {
        guard let mapping = mapping.mapping("schedule") else {
            if isRequired, !self.mapping.has("schedule") {
                self.mapping.problem("schedule", "write how devices send, as in `schedule: {rate: 4, tbs: 2}`")
            }
            return nil
        }
        let reader = MessageReader(mapping)
        reader.know(["rate", "r", "fec", "rep", "mid", "tbs", "offset"])
        guard let rate = reader.required("rate", in: 0...7), let octets = reader.required("tbs", in: 0...255) else {
            return nil
        }
        return Schedule(
            rateCode: UInt8(rate), subcarrierCode: UInt8(mapping.int("r", in: 0...3, default: 0)),
            fec: mapping.int("fec", in: 0...1, default: 0) == 1,
            repetition: mapping.int("rep", in: 0...1, default: 0) == 1,
            midamble: mapping.int("mid", in: 0...1, default: 0) == 1, transportBlockOctets: UInt8(octets),
            startOffset: UInt16(mapping.int("offset", in: 0...0xFFFF, default: 0)))
    }
}

// MARK: - D2R

extension MessageReader {
    /// The octets of the burst that `d2r` names or spells, padded to the transport block.
    func d2rOctets(transportBlock: Int?) -> [UInt8]? {
        guard let name = mapping.string("d2r") else {
            return mapping.has("d2r")
                ? nil : fault("d2r", "write octets as hex, or one of AccessRandomID, D2RUpperLayerData")
        }
        if let octets = Hex.decoded(name), !octets.isEmpty {
            guard octets.count <= MACLimits.messageOctets else {
                return fault("d2r", "\(octets.count) octets: a message has 255 at most")
            }
            return octets
        }
        know(Self.fields[name] ?? [])
        switch name {
        case "AccessRandomID":
            return required("randomID", in: 0...0xFFFF).map { bigEndianOctets(UInt16($0)) }
        case "D2RUpperLayerData":
            guard let sdu = octets("sdu") else {
                return mapping.has("sdu") ? nil : fault("sdu", "write the octets of the SDU as hex")
            }
            let block = mapping.int("tbs", in: 2...255) ?? transportBlock ?? sdu.count + D2RUpperLayerData.headerOctets
            let message = D2RUpperLayerData(
                moreData: mapping.bool("moreData") ?? false, sdu: sdu, transportBlockOctets: block)
            do {
                return try message.encoded()
            } catch {
                return fault("sdu", "\(error)")
            }
        default:
            mapping.allowAnything()
            return fault("d2r", "write octets as hex, or one of AccessRandomID, D2RUpperLayerData")
        }
    }

    private func octets(_ key: String) -> [UInt8]? {
        guard let text = mapping.string(key) else { return nil }
        return Hex.decoded(text) ?? fault(key, "write octets as hex, two digits each")
    }

    private func required(_ key: String, in range: ClosedRange<Int>) -> Int? {
        if let value = mapping.int(key, in: range) { return value }
        if !mapping.has(key) {
            mapping.problem(key, "write a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return nil
    }

    private func fault<Value>(_ key: String, _ text: String) -> Value? {
        mapping.problem(key, text)
        return nil
    }
}
