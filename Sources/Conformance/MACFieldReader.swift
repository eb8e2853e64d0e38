import AIoTBase
import AIoTMac

/// Builds MAC messages from fields under the names that `vectors/air.json` uses.
struct MACFieldReader {
    private let values: [String: Any]
    private var fields: VectorFields
    /// Lines about objects within the fields.
    private var innerMismatches: [String] = []

    init(_ values: [String: Any]) {
        self.values = values
        fields = VectorFields(values)
    }

    /// One line for each field that is missing or cannot be what it says.
    var mismatches: [String] { fields.mismatches + innerMismatches }

    /// The R2D message called `name`; `nil` when a field is at fault, then `mismatches` says which.
    mutating func r2dMessage(_ name: String) -> R2DMessage? {
        guard let transaction = number("transactionID", UInt8.self, below: 16) else { return nil }
        let id = TransactionID(transaction)
        return switch name {
        case "Paging": paging(id).map(R2DMessage.paging)
        case "AccessTrigger":
            number("index", UInt8.self).map { .accessTrigger(AccessTrigger(transactionID: id, index: $0)) }
        case "RandomIDResponse": randomIDResponse(id).map(R2DMessage.randomIDResponse)
        case "R2DUpperLayerData": upperLayerData(id).map(R2DMessage.upperLayerData)
        case "NACKFeedback": nackFeedback(id).map(R2DMessage.nackFeedback)
        case "Acknowledgement": acknowledgement(id).map(R2DMessage.acknowledgement)
        default: fault("message", "an R2D message", name)
        }
    }

    /// The D2R message called `name`; `nil` when a field is at fault, then `mismatches` says which.
    mutating func d2rMessage(_ name: String) -> D2RMessage? {
        switch name {
        case "AccessRandomID":
            return number("randomID", UInt16.self).map { .accessRandomID(RandomID($0)) }
        case "D2RUpperLayerData":
            guard let moreData = flag("moreData"), let sdu = fields.octets("sdu"),
                let octets = number("transportBlockOctets", UInt8.self)
            else { return nil }
            return .upperLayerData(
                D2RUpperLayerData(moreData: moreData, sdu: sdu, transportBlockOctets: Int(octets)))
        default: return fault("message", "a D2R message", name)
        }
    }
}

// MARK: - R2D messages

extension MACFieldReader {
    private mutating func paging(_ id: TransactionID) -> Paging? {
        guard let access = number("access", UInt8.self, below: 4), let xCode = number("xCode", UInt8.self, below: 4),
            let yCode = number("yCode", UInt8.self, below: 4), let q = number("q", UInt8.self, below: 16),
            let asID = number("asID", UInt8.self), let schedule = schedule(), let sdu = fields.octets("sdu")
        else { return nil }
        return Paging(
            transactionID: id, access: AccessMode(code: access), xCode: xCode, yCode: yCode, q: q, asID: ASID(asID),
            schedule: schedule, sdu: sdu)
    }

    private mutating func randomIDResponse(_ id: TransactionID) -> RandomIDResponse? {
        guard let list = values["entries"] as? [[String: Any]] else { return fault("entries", "a list of objects") }
        var entries: [RandomIDResponse.Entry] = []
        for (index, values) in list.enumerated() {
            var reader = MACFieldReader(values)
            if let randomID = reader.number("randomID", UInt16.self), let asID = reader.number("asID", UInt8.self),
                let schedule = reader.schedule()
            {
                entries.append(.init(randomID: RandomID(randomID), asID: ASID(asID), schedule: schedule))
            }
            innerMismatches += reader.mismatches.map { "entries[\(index)].\($0)" }
        }
        return entries.count == list.count ? RandomIDResponse(transactionID: id, entries: entries) : nil
    }

    private mutating func upperLayerData(_ id: TransactionID) -> R2DUpperLayerData? {
        guard let asID = number("asID", UInt8.self), let sdu = fields.octets("sdu") else { return nil }
        let randomID = fields.isPresent("randomID") ? number("randomID", UInt16.self) : nil
        let received = fields.isPresent("receivedOctets") ? number("receivedOctets", UInt8.self) : nil
        let schedule = fields.isPresent("schedule") ? schedule() : nil
        guard mismatches.isEmpty else { return nil }
        return R2DUpperLayerData(
            transactionID: id, randomID: randomID.map { RandomID($0) }, asID: ASID(asID), receivedOctets: received,
            schedule: schedule, sdu: sdu)
    }

    private mutating func nackFeedback(_ id: TransactionID) -> NACKFeedback? {
        guard fields.isPresent("randomID") != fields.isPresent("asID") else {
            return fault("randomID", "exactly one of randomID and asID")
        }
        if fields.isPresent("asID") {
            return number("asID", UInt8.self).map { NACKFeedback(transactionID: id, addressee: .asID(ASID($0))) }
        }
        return number("randomID", UInt16.self).map {
            NACKFeedback(transactionID: id, addressee: .randomID(RandomID($0)))
        }
    }

    private mutating func acknowledgement(_ id: TransactionID) -> Acknowledgement? {
        guard let list = values["asIDs"] as? [Int] else { return fault("asIDs", "a list of numbers") }
        let octets = list.compactMap { UInt8(exactly: $0) }
        guard octets.count == list.count else { return fault("asIDs", "numbers from 0 to 255") }
        return Acknowledgement(transactionID: id, asIDs: octets.map { ASID($0) })
    }
}

// MARK: - Single fields

extension MACFieldReader {
    private mutating func schedule() -> Schedule? {
        guard let values = values["schedule"] as? [String: Any] else { return fault("schedule", "an object") }
        var reader = MACFieldReader(values)
        defer { innerMismatches += reader.mismatches.map { "schedule.\($0)" } }
        guard let rate = reader.number("rate", UInt8.self, below: 8), let r = reader.number("r", UInt8.self, below: 4),
            let fec = reader.bit("fec"), let repetition = reader.bit("rep"), let midamble = reader.bit("mid"),
            let octets = reader.number("tbs", UInt8.self), let offset = reader.number("offset", UInt16.self)
        else { return nil }
        return Schedule(
            rateCode: rate, subcarrierCode: r, fec: fec, repetition: repetition, midamble: midamble,
            transportBlockOctets: octets, startOffset: offset)
    }

    private mutating func number<Number: FixedWidthInteger>(
        _ name: String, _ type: Number.Type, below limit: Int? = nil
    ) -> Number? {
        fields.number(name, in: 0...(limit.map { $0 - 1 } ?? Int(Number.max))).map { Number(truncatingIfNeeded: $0) }
    }

    private mutating func bit(_ name: String) -> Bool? {
        number(name, UInt8.self, below: 2).map { $0 == 1 }
    }

    private mutating func flag(_ name: String) -> Bool? {
        values[name] as? Bool ?? fault(name, "true or false")
    }

    private mutating func fault<Value>(_ name: String, _ expected: String, _ got: String? = nil) -> Value? {
        fields.report(name, expected: expected, got: got ?? fields.shown(name))
        return nil
    }
}
