import AIoTBase
import RadioFrontEnd
import StreamFrontEnd
import Synchronization
import Transceiver

/// The supervising thread: the only one that opens, starts, stops, resets and closes.
extension SoftDevices {
    /// How often it looks (*ours*).
    private static let period = 50

    func supervise(clock: @Sendable () -> AirTime) {
        var supervisor = RadioSupervisor()
        var seen = (received: 0, transmitted: 0)
        var noted: [String] = []
        for (index, box) in boxes.all.enumerated() {
            box.watch { [self] in happen(.presence(box: index, isThere: $0)) }
        }
        while !isStopping {
            look(&supervisor, &seen, at: clock())
            tellStatus(supervisor.status, &noted)
            while !isStopping, let order = supervisor.nextOrder() {
                supervisor.handle(.finished(carryOut(order)), at: clock())
                tellStatus(supervisor.status, &noted)
            }
            wakeUp.wait(milliseconds: Self.period)
        }
        for box in boxes.all { box.unwatch() }
        _ = carryOut(.stop)
        _ = carryOut(.close)
    }

    private func look(
        _ supervisor: inout RadioSupervisor, _ seen: inout (received: Int, transmitted: Int), at now: AirTime
    ) {
        let received = received.load(ordering: .relaxed)
        let transmitted = transmitted.load(ordering: .relaxed)
        if received != seen.received { supervisor.handle(.received, at: now) }
        if transmitted != seen.transmitted { supervisor.handle(.transmitted, at: now) }
        seen = (received, transmitted)
        let (happened, session) = shared.withLock { shared in
            defer { shared.happened = [] }
            return (shared.happened, shared.session)
        }
        for (event, ofSession) in happened where ofSession == nil || ofSession == session {
            supervisor.handle(event, at: now)
        }
        supervisor.advance(to: now)
    }

    private func tellStatus(_ status: RadioSupervisor.Status, _ noted: inout [String]) {
        let isNew = shared.withLock { shared in
            defer { shared.status = status }
            return shared.status != status
        }
        guard isNew else { return }
        tell(.stateChanged(status.state, why: status.why))
        guard status.state.isUsable else { return }
        let notes = boxes.all.flatMap(\.namedNotes)
        if notes != noted { for note in notes { tell(.note(note)) } }
        noted = notes
    }

    private func carryOut(_ order: RadioSupervisor.Order) -> TransceiverFailure? {
        if order == .start { beginSession() }
        let (timeline, session) = shared.withLock { ($0.timeline, $0.session) }
        return boxes.carryOut(order) { streams(timeline, session: session, receives: $0, transmits: $1) }
    }

    private func beginSession() {
        let timeline = BurstTimeline(
            format: boxes.transmitter.capabilities.transmitFormat, sampleRateHz: boxes.sampleRateHz,
            amplitude: settings.amplitude)
        shared.withLock { shared in
            shared.timeline = timeline
            shared.session += 1
        }
        queue.restart()
    }
}
