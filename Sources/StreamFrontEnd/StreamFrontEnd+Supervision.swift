import AIoTBase
import RadioFrontEnd
import Synchronization
import Transceiver

/// The supervising thread: the only one that opens, starts, stops, resets and closes.
extension StreamFrontEnd {
    /// How often it looks (*ours*).
    private static let period = 50

    /// What the thread remembers.
    private struct Supervision {
        var supervisor: RadioSupervisor
        var told = RadioSupervisor.Status(state: .ready, why: "")
        var noted: [String] = []
        var received = 0
        var transmitted = 0
        var nextSounding = AirTime.zero
    }

    func supervise(clock: @Sendable () -> AirTime, _ events: @Sendable (RadioEvent) -> Void) {
        var work = Supervision(supervisor: RadioSupervisor(stallTime: stallTime))
        for (index, box) in boxes.all.enumerated() {
            box.watch { [mailbox] in mailbox.put(.presence(box: index, isThere: $0)) }
        }
        while !isStopping {
            look(&work, at: clock(), events)
            tell(&work, events)
            while !isStopping, let order = work.supervisor.nextOrder() {
                let failure = carryOut(order)
                if order == .start { work.nextSounding = clock() }
                work.supervisor.handle(.finished(failure), at: clock())
                tell(&work, events)
            }
            sound(&work, at: clock())
            mailbox.wait(milliseconds: Self.period)
        }
        for box in boxes.all { box.unwatch() }
        _ = carryOut(.stop)
        _ = carryOut(.close)
    }

    private var isStopping: Bool { air.withLock { $0.isStopping } }

    private func look(_ work: inout Supervision, at now: AirTime, _ events: (RadioEvent) -> Void) {
        let session = air.withLock { $0.session }
        let received = received.load(ordering: .relaxed)
        let transmitted = transmitted.load(ordering: .relaxed)
        if received != work.received { work.supervisor.handle(.received, at: now) }
        if transmitted != work.transmitted { work.supervisor.handle(.transmitted, at: now) }
        (work.received, work.transmitted) = (received, transmitted)
        for letter in mailbox.take() {
            switch letter {
            case .presence(let box, let isThere):
                work.supervisor.handle(.presence(box: box, isThere: isThere), at: now)
            case .stream(let event, session): work.supervisor.handle(event, at: now)
            case .stream: break  // Of streams that have ended.
            case .tell(let event): events(event)
            }
        }
        work.supervisor.advance(to: now)
    }

    /// Tells a change of the state, and makes it so for the other threads.
    private func tell(_ work: inout Supervision, _ events: (RadioEvent) -> Void) {
        let status = work.supervisor.status
        guard status != work.told, !isStopping else { return }
        let wasUsable = work.told.state.isUsable
        if status.state == .stalled, work.told.state != .stalled { air.withLock { $0.counters.stalls += 1 } }
        work.told = status
        air.withLock { air in
            air.status = status
            air.isUsable = status.state.isUsable && !air.isStopping
            if !air.isUsable, wasUsable {
                // The loop orders it anew: it is told that the carrier is gone.
                air.timeline.setCarrier(isOn: false)
                Self.abandon(&air)
            }
        }
        log("\(name): \(status.state.rawValue): \(status.why)")
        events(.stateChanged(status.state, why: status.why))
        if status.state.isUsable, !wasUsable { tellNotes(&work) }
    }

    private func tellNotes(_ work: inout Supervision) {
        let notes = boxes.all.flatMap(\.namedNotes)
        guard notes != work.noted else { return }
        work.noted = notes
        for text in notes { note(text) }
    }

    private func sound(_ work: inout Supervision, at now: AirTime) {
        guard sounding != nil, work.supervisor.isStreaming, work.nextSounding <= now else { return }
        if trySounding() { work.nextSounding = now + soundingInterval }
    }
}

// MARK: - Orders

extension StreamFrontEnd {
    private func carryOut(_ order: RadioSupervisor.Order) -> TransceiverFailure? {
        var session = 0
        switch order {
        case .open: air.withLock { $0.counters.openings += 1 }
        case .start: session = beginSession()
        case .reset: air.withLock { $0.counters.resets += 1 }
        case .stop, .close: break
        }
        return boxes.carryOut(order) { streams(session: session, receives: $0, transmits: $1) }
    }

    /// Both counters begin anew; nothing streams.
    private func beginSession() -> Int {
        let session = queue.restart()
        air.withLock { air in
            air.session = session
            air.timeline.restart()
            Self.abandon(&air)
            air.orders = []
            air.needsSounding = true
            air.counters.starts += 1
        }
        return session
    }
}
