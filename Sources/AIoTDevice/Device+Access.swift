import AIoTBase
import AIoTMac
import AIoTPhy

// MARK: - Paging

extension Device {
    mutating func receive(_ paging: Paging) -> DeviceTransmission? {
        let isSameTransaction = round?.transactionID == paging.transactionID
        let isSameRound = isSameTransaction && round.map { Self.nonce1(of: paging) == $0.nonce1 } == true
        if waitsInExchange, isSameRound {
            if paging.access == .cfra, paging.asID == asID { return repeatAccessResponse(paging.schedule) }
            // In direct access the answer may have collided unheard: the next paging ends the wait.
            guard paging.access == .direct, nas.waitsForNetworkResponse else { return stay(.inExchange) }
        }
        if isSameRound, round?.isAcknowledged == true { return stay(.acknowledged) }
        if isSameTransaction, !isSameRound { forgetRound() }
        guard case .addressed(let nonce1, let answersStale) = judge(paging) else { return nil }
        if !isSameRound {
            forgetRound()
            round = Round(transactionID: paging.transactionID, nonce1: nonce1, access: paging.access)
        }
        round?.access = paging.access
        asID = nil
        return enter(paging, answersStale: answersStale)
    }

    private mutating func judge(_ paging: Paging) -> PagingOutcome {
        let outcome = nas.receivePaging(paging.sdu)
        if case .silent(let reason) = outcome { _ = stay(.paging(reason)) }
        return outcome
    }

    /// nonce1 follows the type octet of a paging A-IoT NAS PDU.
    private static func nonce1(of paging: Paging) -> Nonce? {
        Nonce(paging.sdu.dropFirst().prefix(16))
    }

    private mutating func forgetRound() {
        round = nil
        asID = nil
        sdu = []
        phase = .idle
    }

    /// Whether the device waits for the next R2D message of an exchange (`spec/1 "What repeats"`).
    private var waitsInExchange: Bool {
        guard case .inExchange = phase else { return false }
        return nas.waitsForNetworkResponse || asID != nil && round?.hasSentLastMessage == false
    }

    /// Takes part in the round that `paging` opens.
    private mutating func enter(_ paging: Paging, answersStale: Bool) -> DeviceTransmission? {
        switch paging.access {
        case .reserved:
            phase = .idle
            return stay(.badSchedule)
        case .cfra:
            guard paging.asID != .none else { return stay(.badSchedule) }
            return answer(under: paging.asID, randomID: nil, schedule: paging.schedule, isStale: answersStale)
        case .cbra, .direct:
            let occasions = AccessOccasions(of: paging)
            guard occasions.isValid else { return stay(.badSchedule) }
            let occasion = Int(generator.next() % UInt64(occasions.count))
            phase = .awaitingTrigger(occasion: occasion, paging: paging, answersStale: answersStale)
            return sendMsg1(ofTrigger: 0)
        }
    }
}

// MARK: - Contention

extension Device {
    mutating func receive(_ trigger: AccessTrigger) -> DeviceTransmission? {
        guard round?.transactionID == trigger.transactionID, trigger.index > 0 else { return stay(.notAddressed) }
        // A random ID that was not answered before a later trigger stays unresolved.
        if case .awaitingRandomIDResponse(_, let sentAt, _) = phase, Int(trigger.index) > sentAt { phase = .idle }
        return sendMsg1(ofTrigger: Int(trigger.index))
    }

    /// Sends Msg1 if its occasion belongs to this trigger.
    private mutating func sendMsg1(ofTrigger index: Int) -> DeviceTransmission? {
        guard case .awaitingTrigger(let occasion, let paging, let answersStale) = phase else {
            return stay(.otherTrigger)
        }
        let occasions = AccessOccasions(of: paging)
        guard occasions.trigger(of: occasion) == index else { return stay(.otherTrigger) }
        let position = occasions.position(of: occasion)
        var schedule = paging.schedule
        if paging.access == .cbra { schedule.transportBlockOctets = 2 }
        let format = schedule.burstFormat(frequencyPosition: position.frequency)
        let delay = self.delay(of: schedule) + format.slotDuration(in: profile) * Int64(position.time)
        var transmission: DeviceTransmission?
        if paging.access == .cbra {
            let randomID = RandomID(UInt16(truncatingIfNeeded: generator.next() >> 48))
            phase = .awaitingRandomIDResponse(randomID, trigger: index, answersStale: answersStale)
            transmission = DeviceTransmission(message: bigEndianOctets(randomID.value), format: format, delay: delay)
        } else {
            transmission = sendDirectly(paging.schedule, delay: delay, isStale: answersStale)
        }
        transmission?.format = format
        transmission?.timePosition = position.time
        transmission?.frequencyPosition = position.frequency
        return transmission
    }

    /// Direct access: the access response itself; its nonce2 begins with the random ID.
    private mutating func sendDirectly(
        _ schedule: Schedule, delay: AirDuration, isStale: Bool
    ) -> DeviceTransmission? {
        phase = .idle
        guard let response = nas.makeAccessResponse(using: &generator), response.count >= 4 else {
            return stay(.answersSpent)
        }
        sdu = response
        if !isStale { phase = .inExchange(RandomID(UInt16(response[2]) << 8 | UInt16(response[3]))) }
        return segment(from: 0, schedule: schedule, delay: delay)
    }

    mutating func receive(_ response: RandomIDResponse) -> DeviceTransmission? {
        guard round?.transactionID == response.transactionID else { return stay(.notAddressed) }
        switch phase {
        case .awaitingRandomIDResponse(let randomID, _, let answersStale):
            guard let entry = response.entries.first(where: { $0.randomID == randomID }), entry.asID != .none else {
                return stay(.notAddressed)
            }
            return answer(under: entry.asID, randomID: randomID, schedule: entry.schedule, isStale: answersStale)
        case .inExchange(let randomID?):
            guard round?.access == .cbra,
                let entry = response.entries.first(where: { $0.randomID == randomID && $0.asID == asID })
            else { return stay(.notAddressed) }
            return repeatAccessResponse(entry.schedule)
        case .idle, .awaitingTrigger, .inExchange: return stay(.notAddressed)
        }
    }

    /// Msg3, or the answer in CFRA: a fresh access response under the AS ID given.
    private mutating func answer(
        under id: ASID, randomID: RandomID?, schedule: Schedule, isStale: Bool
    ) -> DeviceTransmission? {
        guard let response = nas.makeAccessResponse(using: &generator) else {
            phase = .idle
            return stay(.answersSpent)
        }
        sdu = response
        asID = id
        phase = .inExchange(randomID)
        // After a stale answer the device waits for nothing, yet it repeats what was not heard.
        if isStale { round?.hasSentLastMessage = true }
        return segment(from: 0, schedule: schedule)
    }

    /// The scheduling message came again: the stored access response goes out octet for octet.
    private mutating func repeatAccessResponse(_ schedule: Schedule) -> DeviceTransmission? {
        guard let response = nas.repeatAccessResponse() else { return stay(.nothingDue) }
        sdu = response
        return segment(from: 0, schedule: schedule)
    }
}
