package import AIoTBase
package import AIoTMac

/// One device's exchange: what goes to the air, what to the AIoTF, and when the device is acknowledged.
///
/// It begins when an AS ID is given to the device and ends when the device is acknowledged or given up; until the
/// release of its inventory an acknowledged device still takes commands. NAS PDUs pass through unread: a reader holds no
/// key and understands none of them.
package struct Exchange: Sendable {
    /// Where an exchange stands.
    package enum Phase: Hashable, Sendable {
        /// The device has been, or is about to be, told to send: its burst is due.
        case burstDue
        /// A NAS PDU went to the AIoTF, whose answer is awaited until the deadline.
        case awaitingAIoTF(deadline: AirTime)
        /// Acknowledged; the session stays open for commands until the release.
        case acknowledged
        /// Given up: what still comes from the AIoTF is late.
        case closed(CloseReason)
    }

    /// Why an exchange was given up.
    package enum CloseReason: Hashable, Sendable {
        /// The device did not answer twice.
        case noAnswer
        /// The AIoTF did not answer within the budget (a rejected ARES ends so too).
        case budgetExceeded
        /// The carrier went, and with it the device's session.
        case carrierLost
        /// The AIoTF released the inventory.
        case released
        /// Its last message could not be made durable: the device comes again.
        case notRelayed
        /// Its AS ID went to another device, all 255 being in use.
        case superseded
    }

    /// What to do next.
    package enum Step: Hashable, Sendable {
        case nothing
        /// Put this message on the air; a burst is due where it carries a schedule.
        case send(R2DMessage)
        /// The device's NAS PDU is complete: an access response, the answer to the paging.
        case reportAccessResponse([UInt8])
        /// The device's NAS PDU is complete: the answer to a Command Request.
        case reportCommandResponse([UInt8])
        /// Acknowledge the device; the message, where there is one, goes first (it assigns the AS ID).
        case acknowledge(after: R2DMessage?)
        /// The Command Request that was outstanding has failed; the session of the acknowledged device goes on.
        case commandFailed
        /// Tell the device that the reader gave up; `commandFailed` where a Command Request was outstanding.
        case giveUp(NACKFeedback, commandFailed: Bool)
    }

    /// Unique over restarts of the reader (`spec/3`).
    package let deviceNGAPID: UInt32
    package let transactionID: TransactionID
    package let asID: ASID
    package private(set) var phase = Phase.burstDue
    /// A Command Request is being carried out.
    package private(set) var hasCommandOutstanding = false

    /// Set until the AS ID of direct access has been given by R2D Upper Layer Data.
    private var unassignedRandomID: RandomID?
    /// The message after which the burst that is due comes; sent again once if the burst does not.
    private var schedulingMessage: R2DMessage
    private var hasRepeated = false
    /// SDU octets of the segments so far.
    private var assembled: [UInt8] = []
    /// The schedule of the NAS PDU at hand, for further segments.
    private var schedule: Schedule
    private let hasFollowOn: Bool
    private let budget: AirDuration

    /// - Parameters:
    ///   - schedulingMessage: what makes (or made) the device send its access response, to be repeated once.
    ///   - randomID: for direct access, where the AS ID is still to be assigned.
    ///   - hasFollowOn: the AIoTF announced a Command Request (FollowonCommandIndication).
    ///   - budget: how long the AIoTF may take while the carrier is held.
    package init(
        deviceNGAPID: UInt32, transactionID: TransactionID, asID: ASID, randomID: RandomID?,
        schedulingMessage: R2DMessage, schedule: Schedule, hasFollowOn: Bool, budget: AirDuration
    ) {
        self.deviceNGAPID = deviceNGAPID
        self.transactionID = transactionID
        self.asID = asID
        unassignedRandomID = randomID
        self.schedulingMessage = schedulingMessage
        self.schedule = schedule
        self.hasFollowOn = hasFollowOn
        self.budget = budget
    }

    /// Whether the inventory may end without this exchange.
    package var isOver: Bool {
        switch phase {
        case .acknowledged: !hasCommandOutstanding
        case .closed: true
        case .burstDue, .awaitingAIoTF: false
        }
    }

    /// Whether the device may hold a session under its AS ID.
    package var holdsASID: Bool {
        if case .closed = phase { false } else { true }
    }

    package var deadline: AirTime? {
        if case .awaitingAIoTF(let deadline) = phase { deadline } else { nil }
    }
}

// MARK: - From the air

extension Exchange {
    /// A burst of this device with a right CRC.
    package mutating func receive(_ message: D2RUpperLayerData, at time: AirTime) -> Step {
        guard isBurstDue else { return .nothing }
        // A device never sends more than the 255 octets that `received octets` can count.
        guard assembled.count + message.sdu.count <= 255 else { return burstMissing() }
        assembled += message.sdu
        if message.moreData {
            guard !message.sdu.isEmpty else { return burstMissing() }
            return askForNextSegment()
        }
        let pdu = assembled
        assembled = []
        hasRepeated = false
        if hasCommandOutstanding {
            hasCommandOutstanding = false
            let isFirst = phase != .acknowledged
            if isFirst { phase = .awaitingAIoTF(deadline: time + budget) }
            return .reportCommandResponse(pdu)
        }
        phase = .awaitingAIoTF(deadline: time + budget)
        return .reportAccessResponse(pdu)
    }

    /// The burst that was due is absent or corrupted: the scheduling message once more, then NACK Feedback.
    package mutating func burstMissing() -> Step {
        guard isBurstDue else { return .nothing }
        guard hasRepeated else {
            hasRepeated = true
            return .send(schedulingMessage)
        }
        assembled = []
        guard phase == .acknowledged else { return close(.noAnswer) }
        hasCommandOutstanding = false
        return .commandFailed
    }

    private var isBurstDue: Bool { phase == .burstDue || hasCommandOutstanding }

    private mutating func askForNextSegment() -> Step {
        hasRepeated = false
        let request = R2DMessage.upperLayerData(
            R2DUpperLayerData(
                transactionID: transactionID, randomID: unassignedRandomID, asID: asID,
                receivedOctets: UInt8(assembled.count), schedule: schedule))
        unassignedRandomID = nil
        schedulingMessage = request
        return .send(request)
    }
}

// MARK: - From the AIoTF

extension Exchange {
    /// What was reported is durable: an acknowledgement is due unless the AIoTF announced more, or the
    /// device has been given up meanwhile.
    package mutating func reportRelayed(isCommandResponse: Bool) -> Step {
        if case .closed = phase { return .nothing }
        guard phase != .acknowledged, isCommandResponse || !hasFollowOn else { return .nothing }
        return acknowledge()
    }

    /// A Command Request. An empty NAS PDU means that nothing more is due (`spec/2 "Access"`, *ours*).
    /// - Returns: nil where it is late: the exchange is over or the device busy; it must not reach the air.
    package mutating func command(_ pdu: [UInt8], schedule: Schedule) -> Step? {
        guard !hasCommandOutstanding, canTakeCommand else { return nil }
        if pdu.isEmpty {
            return phase == .acknowledged ? .nothing : acknowledge()
        }
        let message = R2DMessage.upperLayerData(
            R2DUpperLayerData(
                transactionID: transactionID, randomID: unassignedRandomID, asID: asID, schedule: schedule, sdu: pdu))
        unassignedRandomID = nil
        self.schedule = schedule
        schedulingMessage = message
        hasRepeated = false
        assembled = []
        hasCommandOutstanding = true
        if phase != .acknowledged { phase = .burstDue }
        return .send(message)
    }

    private var canTakeCommand: Bool {
        switch phase {
        case .awaitingAIoTF, .acknowledged: true
        case .burstDue, .closed: false
        }
    }

    private mutating func acknowledge() -> Step {
        phase = .acknowledged
        guard let randomID = unassignedRandomID else { return .acknowledge(after: nil) }
        unassignedRandomID = nil
        return .acknowledge(
            after: .upperLayerData(
                R2DUpperLayerData(transactionID: transactionID, randomID: randomID, asID: asID)))
    }

    /// The command did not reach the air in time: the exchange is given up, an acknowledged device's session goes on.
    package mutating func expireCommand() -> Step {
        guard hasCommandOutstanding, phase == .acknowledged else { return close(.budgetExceeded) }
        hasCommandOutstanding = false
        return .commandFailed
    }

    /// The budget is over if its deadline has come.
    package mutating func advance(to time: AirTime) -> Step {
        guard let deadline, deadline <= time else { return .nothing }
        return close(.budgetExceeded)
    }

    /// Gives the exchange up. After a loss of the carrier or a release nothing needs to be sent.
    package mutating func close(_ reason: CloseReason) -> Step {
        if case .closed = phase { return .nothing }
        let commandFailed = hasCommandOutstanding
        hasCommandOutstanding = false
        phase = .closed(reason)
        let addressee = unassignedRandomID.map(NACKFeedback.Addressee.randomID) ?? .asID(asID)
        return .giveUp(
            NACKFeedback(transactionID: transactionID, addressee: addressee), commandFailed: commandFailed)
    }
}
