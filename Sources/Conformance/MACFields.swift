import AIoTBase
package import AIoTMac
import Foundation

/// The fields of an R2D message under the names that `vectors/air.json` uses.
package func r2dFields(of message: R2DMessage) -> [String: Any] {
    var fields: [String: Any] = ["transactionID": Int(message.transactionID.value)]
    switch message {
    case .paging(let paging):
        fields["access"] = Int(paging.access.code)
        fields["xCode"] = Int(paging.xCode)
        fields["yCode"] = Int(paging.yCode)
        fields["q"] = Int(paging.q)
        fields["asID"] = Int(paging.asID.value)
        fields["schedule"] = scheduleFields(of: paging.schedule)
        fields["sdu"] = Hex.encoded(paging.sdu)
    case .accessTrigger(let trigger):
        fields["index"] = Int(trigger.index)
    case .randomIDResponse(let response):
        fields["entries"] = response.entries.map { entry -> [String: Any] in
            [
                "randomID": Int(entry.randomID.value), "asID": Int(entry.asID.value),
                "schedule": scheduleFields(of: entry.schedule),
            ]
        }
    case .upperLayerData(let data):
        fields["asID"] = Int(data.asID.value)
        fields["randomID"] = data.randomID.map { Int($0.value) } ?? NSNull()
        fields["receivedOctets"] = data.receivedOctets.map { Int($0) } ?? NSNull()
        fields["schedule"] = data.schedule.map(scheduleFields(of:)) ?? NSNull()
        fields["sdu"] = Hex.encoded(data.sdu)
    case .nackFeedback(let feedback):
        switch feedback.addressee {
        case .randomID(let id): fields.merge(["randomID": Int(id.value), "asID": NSNull()]) { $1 }
        case .asID(let id): fields.merge(["randomID": NSNull(), "asID": Int(id.value)]) { $1 }
        }
    case .acknowledgement(let acknowledgement):
        fields["asIDs"] = acknowledgement.asIDs.map { Int($0.value) }
    }
    return fields
}

/// The fields of a D2R message under the names that `vectors/air.json` uses.
package func d2rFields(of message: D2RMessage) -> [String: Any] {
    switch message {
    case .accessRandomID(let id): ["randomID": Int(id.value)]
    case .upperLayerData(let data):
        [
            "moreData": data.moreData, "sdu": Hex.encoded(data.sdu),
            "transportBlockOctets": data.transportBlockOctets,
        ]
    }
}

private func scheduleFields(of schedule: Schedule) -> [String: Any] {
    [
        "rate": Int(schedule.rateCode), "r": Int(schedule.subcarrierCode), "fec": schedule.fec ? 1 : 0,
        "rep": schedule.repetition ? 1 : 0, "mid": schedule.midamble ? 1 : 0,
        "tbs": Int(schedule.transportBlockOctets), "offset": Int(schedule.startOffset),
    ]
}
