import AIoTAccess
import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTRelay

// MARK: - From the air

extension Inventory {
    /// What came of an air action, one report for each burst that it made possible.
    mutating func ended(_ purpose: AirAction.Purpose, reports: [OccasionReport], at time: AirTime) {
        switch purpose {
        case .none: break
        case .occasions: recordOccasions(reports, at: time)
        case .exchanges(let ids):
            for (index, id) in ids.enumerated() {
                receive(index < reports.count ? reports[index] : .idle, of: id, at: time)
            }
        }
    }

    private mutating func recordOccasions(_ reports: [OccasionReport], at time: AirTime) {
        guard var running = round else { return }
        var heard: [(RandomID, D2RMessage)] = []
        let outcomes = running.openPositions.indices.map { index in
            judge(index < reports.count ? reports[index] : .idle, &heard)
        }
        let (tally, answerableIDs) = running.record(outcomes)
        round = running
        counters.idle += tally.idle
        counters.single += tally.single
        counters.collided += tally.collided
        planner.observe(tally, occasions: running.occasions.count, acknowledged: running.acknowledgedBefore)
        for (randomID, message) in heard {
            guard answerableIDs.contains(randomID) else {
                drop(.equalRandomIDs)
                continue
            }
            if case .upperLayerData(let message) = message {
                startDirectExchange(randomID: randomID, message: message, at: time)
            } else {
                answerable.append(randomID)
            }
        }
    }

    /// What an occasion of the round held; its messages go into `heard`.
    private mutating func judge(
        _ report: OccasionReport, _ heard: inout [(RandomID, D2RMessage)]
    ) -> AccessRound.Outcome {
        var read: [RandomID] = []
        for burst in report.bursts {
            guard let message = try? D2RMessage(decoding: burst.octets, isMsg1OfCBRA: mode == .cbra),
                let randomID = Self.randomID(of: message)
            else {
                drop(.undecodableMAC)
                continue
            }
            read.append(randomID)
            heard.append((randomID, message))
        }
        return switch report {
        case .idle: .idle
        case .decoded: read.first.map { .heard($0) } ?? .collided(read: [])
        case .undecodable, .collision: .collided(read: read)
        }
    }

    /// In direct access the first two octets of nonce2, behind type and flags of the access response (`spec/1`).
    private static func randomID(of message: D2RMessage) -> RandomID? {
        switch message {
        case .accessRandomID(let id): id
        case .upperLayerData(let data):
            data.sdu.count >= 4 ? RandomID(UInt16(data.sdu[2]) << 8 | UInt16(data.sdu[3])) : nil
        }
    }

    private mutating func startDirectExchange(randomID: RandomID, message: D2RUpperLayerData, at time: AirTime) {
        guard let asID = takeASID() else {
            drop(.noASIDLeft)
            return
        }
        // The burst is here already: the message that made it come is never repeated.
        let unused = R2DMessage.accessTrigger(AccessTrigger(transactionID: transactionID, index: 0))
        let id = openExchange(asID: asID, randomID: randomID, schedulingMessage: unused)
        perform(on: id) { $0.receive(message, at: time) }
    }

    private mutating func receive(_ report: OccasionReport, of id: UInt32, at time: AirTime) {
        // The burst of an exchange has its place to itself: the strongest is its device's.
        if let burst = report.bursts.first {
            if let message = try? D2RUpperLayerData(decoding: burst.octets) {
                perform(on: id) { $0.receive(message, at: time) }
                return
            }
            drop(.undecodableMAC)
        }
        if report != .idle || mode != .cfra { hasSeenLoss = true }
        perform(on: id) { $0.burstMissing() }
    }
}

// MARK: - From the AIoTF and the clock

extension Inventory {
    /// What became of a Command Request.
    enum CommandFate: Hashable, Sendable {
        case taken
        /// Its exchange is over: it must not reach the air.
        case late
        /// Another one for this device is under way.
        case busy
    }

    /// A Command Request; it is late when the budget of its exchange is over, told or not.
    mutating func command(
        _ pdu: [UInt8], expectedD2RMsgSize: Int, to id: UInt32, at time: AirTime
    ) -> CommandFate {
        advance(to: time)
        guard let exchange = exchanges[id], exchange.holdsASID else { return .late }
        let octets = AirPlan.transportBlockOctets(expectedD2RMsgSize: expectedD2RMsgSize)
        let schedule = plan.schedule(transportBlockOctets: octets)
        commandDeadline = exchange.deadline ?? time + plan.budget
        defer { commandDeadline = nil }
        guard perform(on: id, { $0.command(pdu, schedule: schedule) }) else { return .busy }
        note(id, .commanded)
        isAIoTFSlow = false
        return .taken
    }

    /// The last message of a device is durable: it is acknowledged.
    mutating func relayed(_ id: UInt32, isCommandResponse: Bool) {
        guard unrelayed.remove(id) != nil else { return }
        isAIoTFSlow = false
        note(id, .relayed)
        perform(on: id) { $0.reportRelayed(isCommandResponse: isCommandResponse) }
    }

    /// It has not: the device must not be acknowledged, and comes again.
    mutating func notRelayed(_ id: UInt32) {
        guard unrelayed.remove(id) != nil else { return }
        drop(.notRelayed)
        perform(on: id) { $0.close(.notRelayed) }
    }

    /// The air was busy for so long that a command's time is over.
    mutating func expireCommand(of id: UInt32) {
        drop(.lateCommand)
        perform(on: id) { $0.expireCommand() }
    }

    /// Ends every exchange whose budget is over.
    mutating func advance(to time: AirTime) {
        while let id = awaitingAIoTF.first {
            guard let deadline = exchanges[id]?.deadline else {
                awaitingAIoTF.removeFirst()
                continue
            }
            guard deadline <= time else { return }
            awaitingAIoTF.removeFirst()
            // A slow disk is no slow AIoTF.
            if !unrelayed.contains(id) { isAIoTFSlow = true }
            perform(on: id) { $0.advance(to: time) }
        }
    }

    /// Ends all exchanges without a word to the devices: they have lost the carrier, or the AIoTF its interest.
    mutating func closeAll(_ reason: Exchange.CloseReason) {
        for id in exchanges.keys.sorted() {
            guard var exchange = exchanges[id], case .giveUp(_, let failed) = exchange.close(reason) else { continue }
            exchanges[id] = exchange
            note(id, .closed(reason))
            if failed { reports.append(.commandFailed(id, reason)) }
        }
        openExchanges = 0
        awaitingAIoTF = []
        unrelayed = []
        outbox = []
        answerable = []
        acknowledgements = []
        round = nil
    }
}

// MARK: - Steps

extension Inventory {
    /// Lets an exchange take an input and carries out what it says. False where the exchange refused it.
    @discardableResult
    private mutating func perform(on id: UInt32, _ input: (inout Exchange) -> Exchange.Step?) -> Bool {
        guard var exchange = exchanges[id] else { return false }
        let wasOver = exchange.isOver
        guard let step = input(&exchange) else { return false }
        exchanges[id] = exchange
        carryOut(step, of: id)
        if let isOver = exchanges[id]?.isOver, isOver != wasOver { openExchanges += isOver ? -1 : 1 }
        return true
    }

    private mutating func carryOut(_ step: Exchange.Step, of id: UInt32) {
        switch step {
        case .nothing: break
        case .send(let message):
            outbox.append(AirAction(message: message, purpose: .exchanges([id]), deadline: commandDeadline))
        case .reportAccessResponse(let pdu):
            counters.accessResponses += 1
            awaitAIoTF(id)
            if !request.hasFollowOn { unrelayed.insert(id) }
            note(id, .reported(isLast: !request.hasFollowOn))
            reports.append(.accessResponse(id, pdu, isLast: !request.hasFollowOn))
        case .reportCommandResponse(let pdu):
            // Of an acknowledged device's session no deadline is kept.
            let isLast = exchanges[id]?.deadline != nil
            if isLast {
                awaitAIoTF(id)
                unrelayed.insert(id)
            }
            note(id, .reported(isLast: isLast))
            reports.append(.commandResponse(id, pdu, isLast: isLast))
        case .acknowledge(let message):
            if let message { outbox.append(AirAction(message: message, purpose: .none, addressees: [id])) }
            acknowledge(id)
        case .commandFailed:
            reports.append(.commandFailed(id, .noAnswer))
        case .giveUp(let nack, let commandFailed):
            giveUp(id, nack: nack, commandFailed: commandFailed)
        }
    }

    private mutating func awaitAIoTF(_ id: UInt32) {
        awaitingAIoTF.removeAll { $0 == id || exchanges[$0]?.deadline == nil }
        if exchanges[id]?.deadline != nil { awaitingAIoTF.append(id) }
    }

    private mutating func acknowledge(_ id: UInt32) {
        guard let exchange = exchanges[id] else { return }
        acknowledged += 1
        counters.acknowledged += 1
        note(id, .acknowledged)
        acknowledgements.append(exchange.asID)
        pool.acknowledged(exchange.asID)
    }

    private mutating func giveUp(_ id: UInt32, nack: NACKFeedback, commandFailed: Bool) {
        guard let exchange = exchanges[id], case .closed(let reason) = exchange.phase else { return }
        counters.nacked += 1
        note(id, .closed(reason))
        hasSeenLoss = true
        pool.giveBack(exchange.asID)
        if commandFailed { reports.append(.commandFailed(id, reason)) }
        outbox.append(AirAction(message: .nackFeedback(nack), purpose: .none, addressees: [id]))
    }
}
