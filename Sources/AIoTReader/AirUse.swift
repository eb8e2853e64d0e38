import AIoTBase

/// Whether the carrier may come up, how long it may stay, and who waits for it.
struct AirUse: Sendable {
    /// Whether a carrier that is wanted may come up now.
    enum Admission: Hashable, Sendable {
        case go
        /// The limits never let the carrier be on for so long.
        case never
        case wait(AirPause)
        /// The channel is to be listened to; whether an answer to the last time has not come.
        case listen(AirDuration, isUnanswered: Bool)
        /// That is under way, or waits for the end of a back-off.
        case listening
    }

    private enum Listening: Hashable {
        case idle
        /// An answer is due by then, or never comes.
        case asked(until: AirTime)
        case backOff(until: AirTime)
        /// Heard in this very instant.
        case quiet
    }

    /// How long an answer to `ReaderOrder.listen` is waited for beyond the listening itself (*ours*).
    private static let answerTime = AirDuration.milliseconds(1_000)
    /// After a busy channel it is listened again after one to this many times as long as listening takes (*ours*).
    private static let longestBackOff: Int64 = 8
    /// What a radio takes beyond air time is believed up to this (*ours*).
    private static let largestOverhead = AirDuration.milliseconds(1_000)

    /// How long inventories wait for a channel that is never quiet, before another reader may serve (*ours*).
    private static let channelPatience = AirDuration.milliseconds(60_000)

    private var budget: CarrierBudget
    private var exchangeBudget: AirDuration
    private(set) var isLimited: Bool
    /// When the carrier has to be off; nil: it is, or may stay on.
    private var carrierEnd: AirTime?
    /// From the end of a frame's last window to when it is told, lately.
    private var overhead = AirDuration.zero
    /// The limits have cut an inventory short: what follows is to get a good part of the time that they allow.
    var isRecovering = false
    private var listening = Listening.idle
    private var generator: SeededGenerator
    /// Since when the carrier is wanted and has to stay off, and what was told of it last.
    private(set) var waitingSince: AirTime?
    private var told: AirPause?
    /// Since when the channel is the reason.
    private var channelTakenSince: AirTime?
    /// When somebody who waits may go on.
    private var wake: AirTime?
    /// The last that is known of the time.
    var now = AirTime.zero

    init(configuration: ReaderConfiguration) {
        budget = CarrierBudget(limits: configuration.limits)
        isLimited = !configuration.limits.areNone
        exchangeBudget = AirPlan(configuration: configuration).budget
        // Readers side by side draw unlike each other.
        generator = SeededGenerator(
            seed: UInt64(configuration.identity.gnbID) << 16 | UInt64(configuration.identity.epoch))
    }

    var isCarrierOn: Bool { budget.onSince != nil }
    /// How long the carrier has been on.
    var carrierOn: AirDuration { budget.total(at: now) }
    var nextDeadline: AirTime? { isCarrierOn ? carrierEnd : wake }
    var listenBeforeTalk: AirLimits.ListenBeforeTalk? { budget.limits.listenBeforeTalk }

    /// Other limits, and what is to be held back for the AIoTF, from now on.
    mutating func change(_ configuration: ReaderConfiguration) {
        budget.limits = configuration.limits
        exchangeBudget = AirPlan(configuration: configuration).budget
        isLimited = !configuration.limits.areNone
        carrierEnd = budget.onSince.flatMap { budget.latestEnd(from: $0) }
    }

    /// Whether the carrier has to go off.
    func isOver(at time: AirTime) -> Bool { isCarrierOn && carrierEnd.map { $0 <= time } ?? false }

    /// Whether the carrier, on or brought up now, may be on until a frame has been told of that ends on the air at `end`.
    func mayBeOn(until end: AirTime, at time: AirTime) -> Bool {
        guard isLimited else { return true }
        return (isCarrierOn ? carrierEnd : budget.latestEnd(from: time)).map { end + overhead <= $0 } ?? true
    }

    /// What is left of the carrier's time; nil: it is not limited.
    func room(at time: AirTime) -> AirRoom? {
        guard isLimited, let end = isCarrierOn ? carrierEnd : budget.latestEnd(from: time) else { return nil }
        return room(left: end - time)
    }

    private func room(left: AirDuration) -> AirRoom {
        let allowance = AirPlan.allowance(of: budget.longestStretch ?? left, budget: exchangeBudget)
        return AirRoom(left: left, allowance: allowance, overhead: overhead)
    }

    mutating func noteEnd(nominally end: AirTime, at time: AirTime) {
        guard isLimited else { return }
        decayOverhead()
        overhead = max(overhead, min(time - end, Self.largestOverhead))
    }

    private mutating func decayOverhead() { overhead = AirDuration(nanoseconds: overhead.nanoseconds / 8 * 7) }
}

// MARK: - The carrier

extension AirUse {
    mutating func turnOn(at time: AirTime) {
        carrierEnd = budget.latestEnd(from: time)
        budget.turnOn(at: time)
        isRecovering = false
        endWait()
    }

    mutating func turnOff(at time: AirTime) {
        budget.turnOff(at: time)
        carrierEnd = nil
        endWait()
    }

    /// Nobody waits any more.
    mutating func endWait() {
        listening = .idle
        waitingSince = nil
        told = nil
        channelTakenSince = nil
        wake = nil
    }

    /// Whether the carrier may come up for an inventory; a back-off or an answer that is due later is in `nextDeadline`.
    mutating func admit(_ inventory: Inventory, at time: AirTime) -> Admission {
        wake = nil
        if let longest = budget.longestStretch {
            // A radio that was held up once is tried again: the carrier ends in time all the same.
            while overhead > .zero, inventory.leastAirTime(room(left: longest)) > longest { decayOverhead() }
            let room = room(left: longest)
            let least = inventory.leastAirTime(room)
            let half = AirDuration(nanoseconds: longest.nanoseconds / 2)
            let wanted = max(least, isRecovering ? half : min(inventory.wholeAirTime(room), half))
            guard least <= longest, let (start, isDutyCycle) = budget.earliestStart(notBefore: time, for: wanted)
            else { return .never }
            if start > time {
                listening = .idle
                channelTakenSince = nil
                wake = start
                return .wait(isDutyCycle ? .dutyCycle(until: start) : .rest(until: start))
            }
        }
        guard let talk = listenBeforeTalk else { return .go }
        switch listening {
        case .quiet:
            listening = .idle
            return .go
        case .asked(let end) where time < end, .backOff(let end) where time < end:
            wake = end
            return .listening
        case .idle, .asked, .backOff:
            var isUnanswered = false
            if case .asked = listening { isUnanswered = true }
            let end = time + talk.duration + Self.answerTime
            listening = .asked(until: end)
            wake = end
            return .listen(talk.duration, isUnanswered: isUnanswered)
        }
    }

    /// Takes what the receiver has heard.
    /// - Returns: why the carrier stays off; nil where it need not, or nobody has asked.
    mutating func hear(_ level: Double?, at time: AirTime) -> AirPause? {
        guard case .asked = listening, let talk = listenBeforeTalk else { return nil }
        guard let level else {
            listening = .backOff(until: time + Self.answerTime)
            return .cannotListen
        }
        if level <= talk.thresholdDBFS {
            listening = .quiet
            return nil
        }
        let span = talk.duration.nanoseconds
        let wait = span + Int64.random(in: 0...max(0, span * (Self.longestBackOff - 1)), using: &generator)
        listening = .backOff(until: time + AirDuration(nanoseconds: wait))
        return .channelBusy(levelDBFS: level)
    }

    /// Whether the channel has not been quiet for longer than an inventory waits for that.
    func isChannelLost(at time: AirTime) -> Bool {
        channelTakenSince.map { $0 + Self.channelPatience <= time } ?? false
    }

    /// Whether a wait, which may have begun before, is to be told: once for each cause.
    mutating func wait(because pause: AirPause, at time: AirTime) -> Bool {
        if waitingSince == nil { waitingSince = time }
        switch pause {
        case .channelBusy, .cannotListen: if channelTakenSince == nil { channelTakenSince = time }
        case .rest, .dutyCycle: break
        }
        guard told.map({ !$0.isLike(pause) }) ?? true else { return false }
        told = pause
        return true
    }
}

extension AirPause {
    /// Whether the cause is the same, whatever time or level.
    fileprivate func isLike(_ other: Self) -> Bool {
        switch (self, other) {
        case (.rest, .rest), (.dutyCycle, .dutyCycle), (.channelBusy, .channelBusy), (.cannotListen, .cannotListen):
            true
        default: false
        }
    }
}
