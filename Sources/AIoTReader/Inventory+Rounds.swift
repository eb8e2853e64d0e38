import AIoTAccess
import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTRelay

extension Inventory {
    /// The next message for the air, the most urgent first: what an exchange waits for, the answers to random IDs, then
    /// the triggers of the round at hand. Acknowledgements wait until a message is full of them, or there is nothing
    /// else to do before the next paging. Nil while there is nothing to do but wait, and after the end.
    /// - Parameters:
    ///   - opensOccasions: false while the link is down or the service stops.
    ///   - room: until when the carrier may be on; nil: without limit.
    mutating func nextAirAction(opensOccasions: Bool, room: AirRoom?, at time: AirTime) -> AirAction? {
        isShortOfAir = false
        if let action = nextFromOutbox(at: time) { return action }
        // An exchange that cannot come to its end is not begun; the device draws again at the next paging.
        let answers = room.map { exchangesThatFit($0) } ?? MACLimits.listEntries
        if !opensOccasions || answers == 0 { answerable = [] }
        if !answerable.isEmpty, let response = makeRandomIDResponse(atMost: answers) { return response }
        if acknowledgements.count >= MACLimits.listEntries { return makeAcknowledgement() }
        let mayOpen = !isComplete && opensOccasions && !isHeldByAIoTF
        let hasRoom = room.map { leastAirTime($0) <= $0.left } ?? true
        if mayOpen, hasRoom, let trigger = makeTrigger() { return trigger }
        if !acknowledgements.isEmpty { return makeAcknowledgement() }
        guard mayOpen else { return nil }
        if !hasRoom, hasTrigger {
            isShortOfAir = true
            return nil
        }
        finishRound()
        if isSearched {
            // What is in flight may still fail, and then wants another round.
            if openExchanges == 0 { complete() }
            return nil
        }
        isShortOfAir = !hasRoom
        return mayPage && hasRoom ? makePaging() : nil
    }

    /// What waited for the air for longer than the budget is as late as what came after it.
    private mutating func nextFromOutbox(at time: AirTime) -> AirAction? {
        while !outbox.isEmpty {
            let action = outbox.removeFirst()
            guard let deadline = action.deadline, deadline < time else { return action }
            if case .exchanges(let ids) = action.purpose { ids.forEach { expireCommand(of: $0) } }
        }
        return nil
    }

    /// Waiting for the AIoTF overlaps with other exchanges and occasions, but not without bound.
    private var isHeldByAIoTF: Bool {
        awaitingAIoTF.count { exchanges[$0]?.deadline != nil } >= (isAIoTFSlow ? 1 : Self.awaitingLimit)
    }

    /// A paging while exchanges are open is for devices alone that are in none: those that wait for a network response do
    /// not take it (`spec/1 "What repeats"`), those whose last message is being relayed would. In direct access the
    /// paging would end their wait.
    private var mayPage: Bool {
        if openExchanges == 0 { return true }
        return mode == .cbra && request.devicesAwaitNetwork && unrelayed.isEmpty && !onlyExchangesAreLeft
    }

    private mutating func makeTrigger() -> AirAction? {
        guard var running = round, !isAborted else { return nil }
        // A device that is heard now could get no AS ID: after a paging there are some again.
        if pool.isExhausted, running.occasionsLeft > 0 {
            isAborted = true
            return nil
        }
        if planner.isWorthAborting(acknowledged: answered, roundsLeft: roundsLeft) {
            isAborted = true
            return nil
        }
        guard let index = running.nextTrigger() else { return nil }
        round = running
        return AirAction(
            message: .accessTrigger(AccessTrigger(transactionID: transactionID, index: index)), purpose: .occasions)
    }

    private var roundsLeft: Int { plan.configuration.maxRounds - rounds }

    /// Devices that take part in no further round, as far as is known.
    private var answered: Int { acknowledged + openExchanges }

    private mutating func makePaging() -> AirAction {
        rounds += 1
        counters.rounds += 1
        onlyExchangesAreLeft = false
        hadExchangesAtPaging = openExchanges > 0
        isAborted = false
        pool.pagingSent()
        if mode == .cfra { return makeContentionFreePaging() }
        let q = planner.q(acknowledged: answered, roundsLeft: roundsLeft)
        let (xCode, yCode) = plan.positions(q: q, schedule: msg1Schedule)
        let paging = Paging(
            transactionID: transactionID, access: mode, xCode: xCode, yCode: yCode, q: UInt8(q),
            schedule: msg1Schedule, sdu: request.pagingPDU)
        round = AccessRound(of: paging, acknowledgedBefore: answered)
        notices.append(.roundStarted(transactionID, round: rounds, q: q, acknowledged: acknowledged))
        return AirAction(message: .paging(paging), purpose: .occasions)
    }

    /// CFRA: the paging itself tells one device to send, under the AS ID that it carries.
    private mutating func makeContentionFreePaging() -> AirAction {
        let asID = takeASID() ?? ASID(1)
        let paging = R2DMessage.paging(
            Paging(
                transactionID: transactionID, access: .cfra, asID: asID, schedule: answerSchedule,
                sdu: request.pagingPDU))
        notices.append(.roundStarted(transactionID, round: rounds, q: 0, acknowledged: acknowledged))
        let id = openExchange(asID: asID, randomID: nil, schedulingMessage: paging)
        return AirAction(message: paging, purpose: .exchanges([id]))
    }

    /// Judges the round that is through, once.
    private mutating func finishRound() {
        guard rounds > judgedRounds else { return }
        // CFRA has no round: its one exchange tells, when it is over.
        if mode == .cfra, openExchanges > 0 { return }
        judgedRounds = rounds
        let wasQuiet = round.map { $0.tally.single + $0.tally.collided == 0 } ?? (acknowledged == 0)
        round = nil
        // Devices in an exchange took no part: only a round without any tells whether all have heard that they are done.
        onlyExchangesAreLeft = wasQuiet && !isAborted && hadExchangesAtPaging
        guard !onlyExchangesAreLeft else { return }
        quietRounds = wasQuiet && !isAborted ? quietRounds + 1 : 0
    }

    /// Whether all are found that can be, but for what is in flight.
    private var isSearched: Bool {
        let isFound = request.isSingleDevice && acknowledged > 0
        return rounds > 0
            && (isFound || quietRounds >= quietRoundsNeeded || rounds >= plan.configuration.maxRounds)
    }

    private mutating func complete() {
        isComplete = true
        reports.append(.complete)
        notices.append(.inventoryComplete(transactionID, acknowledged: acknowledged, rounds: rounds))
    }

    /// Rounds without any answer before the inventory ends (*ours*): one tells that all who hear are done, a second
    /// and third are for devices that may have missed a paging.
    private var quietRoundsNeeded: Int {
        if let expected = request.expectedDevices, answered < expected { return 3 }
        return hasSeenLoss ? 2 : 1
    }

    mutating func takeASID() -> ASID? {
        switch pool.take() {
        case .free(let id): return id
        case .reused(let id):
            if let holder = holders[id], var exchange = exchanges[holder] {
                _ = exchange.close(.superseded)
                exchanges[holder] = exchange
                note(holder, .closed(.superseded))
            }
            return id
        case nil: return nil
        }
    }

    mutating func openExchange(asID: ASID, randomID: RandomID?, schedulingMessage: R2DMessage) -> UInt32 {
        let id = deviceIDs.next()
        exchanges[id] = Exchange(
            deviceNGAPID: id, transactionID: transactionID, asID: asID, randomID: randomID,
            schedulingMessage: schedulingMessage, schedule: answerSchedule, hasFollowOn: request.hasFollowOn,
            budget: plan.budget)
        holders[asID] = id
        openExchanges += 1
        note(id, .opened(asID))
        return id
    }
}
