import AIoTBase
import AIoTMac
import AIoTRelay

/// One exchange from its first burst on, while it is open.
///
/// Two tracks: what the device, the reader and the AIoTF do one after the other, and, from its last message on, how that
/// becomes durable and the device is acknowledged. Where a command runs meanwhile, the second track lies beside the first.
struct ExchangeTimeline: Sendable {
    /// What the first track waits for.
    private enum Front: Hashable, Sendable {
        case air
        case frame(UInt64)
        case loop
        /// For the AIoTF, or for nothing any more.
        case rest
    }

    /// What the second track waits for.
    private enum Ending: Hashable, Sendable {
        case none
        case spool
        case loop
        case air
        case frame(UInt64, isAcknowledgement: Bool)
        case done
    }

    let device: UInt32
    let inventory: TransactionID
    var access: AccessMode
    let opened: AirTime
    private let continues: Bool
    var correlation: Int?
    private var first: TraceTrack
    private var second: TraceTrack?
    private var front = Front.air
    private var ending = Ending.none
    private var details: [TraceStage] = []
    private var commands = 0
    private var missed = 0
    private var hasCommand = false

    /// An exchange that begins with `burst`; nil: with a frame that tells one device to send.
    init(device: UInt32, inventory: TransactionID, access: AccessMode, burst: HeardBurst?, at time: AirTime) {
        self.device = device
        self.inventory = inventory
        self.access = access
        opened = time
        continues = false
        first = TraceTrack(from: time)
        if let burst { begin(with: burst) }
    }

    /// A command for a device whose exchange has been recorded.
    init(continuing device: UInt32, inventory: TransactionID, access: AccessMode, told: AirTime, at time: AirTime) {
        self.device = device
        self.inventory = inventory
        self.access = access
        opened = time
        continues = true
        first = TraceTrack(from: told)
        first.cut(.inbox, to: time)
        ending = .done
        commands = 1
    }

    /// Nothing is on its way, and the device is acknowledged.
    var settled: AirTime? {
        ending == .done && front == .rest ? max(first.cursor, second?.cursor ?? first.cursor) : nil
    }

    /// Whether it is not known yet with what it began.
    var hasNotBegun: Bool { first.stages.isEmpty }

    mutating func begin(with burst: HeardBurst) {
        first = TraceTrack(from: burst.start)
        first.cut(.msg1, to: burst.end)
        first.cut(.window, to: burst.windowsEnd)
        first.cut(.decode, to: burst.told)
        first.cut(.inbox, to: burst.taken)
    }

    /// The first track leaves what it waits for.
    private mutating func goOn(at time: AirTime) {
        switch front {
        case .air: first.cut(.airWait, to: time)
        case .frame: first.cut(.r2d, to: time)
        case .loop: first.cut(.inbox, to: time)
        case .rest: break
        }
    }
}

// MARK: - The air

extension ExchangeTimeline {
    /// A frame for it was ordered.
    mutating func ordered(_ id: UInt64, isAcknowledgement: Bool, at time: AirTime) {
        if isAcknowledgement || front == .rest {
            guard ending == .air else { return }
            second?.cut(.ackWait, to: time)
            ending = .frame(id, isAcknowledgement: isAcknowledgement)
        } else {
            if front == .loop { goOn(at: time) } else { first.cut(.airWait, to: time) }
            front = .frame(id)
        }
    }

    mutating func told(_ frame: ToldFrame) {
        if case .frame(frame.id, let isAcknowledgement) = ending {
            second?.cut(.frontEnd, to: frame.start)
            second?.cut(isAcknowledgement ? .ack : .r2d, to: frame.end)
            ending = isAcknowledgement ? .done : .air
        }
        guard front == .frame(frame.id) else { return }
        if access == .cfra, hasNotBegun {
            first = TraceTrack(from: frame.start)
        } else {
            first.cut(.frontEnd, to: frame.start)
        }
        first.cut(.r2d, to: frame.end)
        if let burst = frame.burst {
            first.cut(.device, to: burst.start)
            first.cut(.d2r, to: burst.end)
            first.cut(.window, to: frame.windowsEnd)
        } else if frame.hasWindow {
            first.cut(.noBurst, to: frame.windowsEnd)
            missed += 1
        }
        first.cut(.decode, to: frame.told)
        front = .loop
    }
}

// MARK: - The AIoTF and the spool

extension ExchangeTimeline {
    mutating func reported(isLast: Bool, at time: AirTime) {
        goOn(at: time)
        front = .rest
        guard isLast, ending == .none else { return }
        second = TraceTrack(from: time)
        ending = .spool
    }

    /// A Command Request for it has come.
    mutating func received(told: AirTime, isEmpty: Bool, at time: AirTime) {
        guard front == .rest else { return }
        first.cut(.aiotf, to: told)
        first.cut(.inbox, to: time)
        hasCommand = !isEmpty
    }

    /// What was received goes on the air.
    mutating func commanded() {
        guard front == .rest, hasCommand else { return }
        hasCommand = false
        commands += 1
        front = .air
    }

    /// The AIoTF was told that its command has failed; the session of the device goes on.
    mutating func commandFailed(at time: AirTime) {
        goOn(at: time)
        front = .rest
    }

    mutating func spooled(told: AirTime, at time: AirTime) {
        guard ending == .spool else { return }
        second?.cut(.spool, to: told)
        second?.cut(.inbox, to: time)
        ending = .loop
    }

    mutating func confirmed(sent: AirTime, told: AirTime) {
        details.append(TraceStage(.link, sent, max(sent, told)))
    }

    mutating func acknowledged(at time: AirTime) {
        switch ending {
        case .none:
            goOn(at: time)
            second = TraceTrack(from: time)
        case .spool: second?.cut(.spool, to: time)
        case .loop: second?.cut(.inbox, to: time)
        case .air, .frame, .done: return
        }
        ending = .air
    }
}

// MARK: - The end

extension ExchangeTimeline {
    /// The record, where nothing more is waited for, or the exchange was closed.
    /// - Parameter closed: why and when it was given up.
    func record(closed: (reason: Exchange.CloseReason, time: AirTime)? = nil) -> ExchangeRecord {
        var timeline = self
        if let closed { timeline.close(at: closed.time) }
        let isAcknowledged = timeline.ending == .done
        var stages = timeline.first.stages
        var overlaps = timeline.details
        let end = timeline.first.cursor
        for stage in timeline.second?.stages ?? [] {
            if stage.start < end { overlaps.append(TraceStage(stage.name, stage.start, min(stage.end, end))) }
            if stage.end > end { stages.append(TraceStage(stage.name, max(stage.start, end), stage.end)) }
        }
        return ExchangeRecord(
            exchange: device, inventory: inventory.value, correlation: correlation, access: "\(access)",
            outcome: isAcknowledged ? "acknowledged" : closed.map { "\($0.reason)" } ?? "unknown",
            continues: continues, commands: commands, missed: missed, stages: stages, overlaps: overlaps)
    }

    private mutating func close(at time: AirTime) {
        first.clip(to: time)
        second?.clip(to: time)
        // Without a last message of its own on the way it was the AIoTF that was waited for.
        if front == .rest, ending == .none { first.cut(.aiotf, to: time) } else { goOn(at: time) }
        switch ending {
        case .none, .done: break
        case .spool: second?.cut(.spool, to: time)
        case .loop: second?.cut(.inbox, to: time)
        case .air: second?.cut(.ackWait, to: time)
        case .frame: second?.cut(.ack, to: time)
        }
    }
}
