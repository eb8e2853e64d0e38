import AIoTBase
import AIoTMac
import AIoTPhy

// MARK: - Contention

extension Device {
    mutating func receive(_ trigger: AccessTrigger) -> DeviceTransmission? {
        guard isInRound(of: trigger.transactionID) else { return stay(.notAddressed) }
        let index = Int(trigger.index)
        switch phase {
        case .awaitingTrigger(let occasion, let paging):
            // Index 0 would be the paging itself.
            guard index > 0, AccessOccasions(of: paging).trigger(of: occasion) == index else {
                return stay(.otherTrigger)
            }
            return sendMsg1(in: occasion, of: paging)
        case .awaitingRandomIDResponse(_, let sentAt):
            // A random ID that is not answered before a later trigger stays unresolved.
            if index > sentAt { phase = .idle }
            return stay(.otherTrigger)
        case .inExchange: return stay(.inExchange)
        case .idle: return stay(.notAddressed)
        }
    }

    /// Sends Msg1 in its access occasion, whose trigger has come.
    mutating func sendMsg1(in occasion: Int, of paging: Paging) -> DeviceTransmission? {
        let occasions = AccessOccasions(of: paging)
        let position = occasions.position(of: occasion)
        let isCBRA = paging.access == .cbra
        var schedule = paging.schedule
        if isCBRA { schedule.transportBlockOctets = 2 }
        let message: [UInt8]
        if isCBRA {
            let randomID = RandomID(UInt16(truncatingIfNeeded: generator.next() >> 48))
            phase = .awaitingRandomIDResponse(randomID, trigger: occasions.trigger(of: occasion))
            message = bigEndianOctets(randomID.value)
        } else {
            guard let segment = makeDirectAnswer(schedule) else { return nil }
            message = segment
        }
        let format = schedule.burstFormat(frequencyPosition: position.frequency)
        return DeviceTransmission(
            message: message, format: format,
            delay: delay(of: schedule) + format.slotDuration(in: profile) * Int64(position.time),
            timePosition: position.time, frequencyPosition: position.frequency, isMsg1OfCBRA: isCBRA)
    }

    /// Direct access: Msg1 is the access response itself; its nonce2, behind type and flags, begins with the random ID.
    private mutating func makeDirectAnswer(_ schedule: Schedule) -> [UInt8]? {
        guard let response = nas.makeAccessResponse(using: &generator), response.count >= 4 else {
            phase = .idle
            _ = stay(.answersSpent)
            return nil
        }
        let randomID = RandomID(UInt16(response[2]) << 8 | UInt16(response[3]))
        exchange = DeviceExchange(access: .direct, randomID: randomID, asID: nil, sdu: response)
        return makeSegment(from: 0, schedule)
    }

    mutating func receive(_ response: RandomIDResponse) -> DeviceTransmission? {
        guard isInRound(of: response.transactionID) else { return stay(.notAddressed) }
        switch phase {
        case .awaitingRandomIDResponse(let randomID, _):
            let entry = response.entries.first { $0.randomID == randomID && $0.asID != .none }
            guard let entry else { return stay(.notAddressed) }
            return answer(under: entry.asID, access: .cbra, randomID: randomID, entry.schedule)
        case .inExchange(let exchange):
            guard exchange.access == .cbra, !exchange.isAcknowledged else { return stay(.notAddressed) }
            let entry = response.entries.first { $0.randomID == exchange.randomID && $0.asID == exchange.asID }
            guard let entry else { return stay(.notAddressed) }
            return repeatAccessResponse(entry.schedule)
        case .idle, .awaitingTrigger: return stay(.notAddressed)
        }
    }
}

// MARK: - Access responses under an AS ID

extension Device {
    /// Msg3 of CBRA, or the answer in CFRA: a fresh access response under the AS ID given.
    mutating func answer(
        under id: ASID, access: AccessMode, randomID: RandomID?, _ schedule: Schedule
    ) -> DeviceTransmission? {
        guard schedule.carriesUpperLayerData else { return stay(.badSchedule) }
        guard let response = nas.makeAccessResponse(using: &generator) else {
            phase = .idle
            return stay(.answersSpent)
        }
        exchange = DeviceExchange(access: access, randomID: randomID, asID: id, sdu: response)
        return sendSegment(from: 0, schedule)
    }

    /// The scheduling message came again: the stored access response goes out octet for octet.
    mutating func repeatAccessResponse(_ schedule: Schedule) -> DeviceTransmission? {
        guard schedule.carriesUpperLayerData else { return stay(.badSchedule) }
        guard let response = nas.repeatAccessResponse() else { return stay(.notAddressed) }
        exchange?.sdu = response
        return sendSegment(from: 0, schedule)
    }
}
