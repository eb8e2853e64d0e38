import AIoTAccess
import AIoTBase
import AIoTMac
import AIoTRelay

/// Messages for several devices at once.
extension Inventory {
    mutating func makeAcknowledgement() -> AirAction {
        let batch = Array(acknowledgements.prefix(MACLimits.listEntries))
        acknowledgements.removeFirst(batch.count)
        notices.append(.deviceAcknowledged(transactionID, count: batch.count))
        return AirAction(
            message: .acknowledgement(Acknowledgement(transactionID: transactionID, asIDs: batch)), purpose: .none,
            addressees: batch.compactMap { holders[$0] })
    }

    /// Answers as many of the random IDs at once as takes the least air time for all of them.
    mutating func makeRandomIDResponse(atMost limit: Int) -> AirAction? {
        let count = plan.firstBatch(of: answerable.count, atMost: limit, costs: responseCosts)
        let schedules = plan.schedules(count: count, like: answerSchedule)
        var entries: [RandomIDResponse.Entry] = []
        var ids: [UInt32] = []
        while entries.count < schedules.count, !answerable.isEmpty {
            let randomID = answerable.removeFirst()
            guard let asID = takeASID() else {
                drop(.noASIDLeft)
                continue
            }
            let entry = RandomIDResponse.Entry(randomID: randomID, asID: asID, schedule: answerSchedule)
            let alone = RandomIDResponse(transactionID: transactionID, entries: [entry])
            ids.append(openExchange(asID: asID, randomID: nil, schedulingMessage: .randomIDResponse(alone)))
            var placed = entry
            placed.schedule = schedules[entries.count]
            entries.append(placed)
        }
        guard !entries.isEmpty else { return nil }
        let response = RandomIDResponse(transactionID: transactionID, entries: entries)
        return AirAction(message: .randomIDResponse(response), purpose: .exchanges(ids))
    }
}
