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
        for (index, box) in boxes.enumerated() {
            box.watch { [self] in happen(.presence(box: index, isThere: $0)) }
        }
        while !isStopping {
            look(&supervisor, &seen, at: clock())
            tellStatus(supervisor.status, &noted)
            while let order = supervisor.nextOrder() {
                supervisor.handle(.finished(carryOut(order)), at: clock())
                tellStatus(supervisor.status, &noted)
            }
            wakeUp.wait(milliseconds: Self.period)
        }
        for box in boxes { box.unwatch() }
        _ = carryOut(.stop)
        _ = carryOut(.close)
    }

    /// Transmitter first; one box that does both is one.
    private var boxes: [any Transceiver] { transmitter === receiver ? [transmitter] : [transmitter, receiver] }

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
        let notes = boxes.flatMap(\.namedNotes)
        if notes != noted { for note in notes { tell(.note(note)) } }
        noted = notes
    }

    private func carryOut(_ order: RadioSupervisor.Order) -> TransceiverFailure? {
        do throws(TransceiverFailure) {
            switch order {
            case .open:
                try checkBoxes()
                for box in boxes { try box.open() }
            case .start: try startStreams()
            case .stop: for box in boxes { box.stop() }
            case .reset: for box in boxes { try box.reset() }
            case .close: for box in boxes { box.close() }
            }
            return nil
        } catch {
            return error
        }
    }

    private func startStreams() throws(TransceiverFailure) {
        let sends = transmitter.capabilities
        let timeline = BurstTimeline(
            format: sends.transmitFormat, sampleRateHz: sends.sampleRateHz, amplitude: settings.amplitude)
        let session = shared.withLock { shared in
            shared.timeline = timeline
            shared.session += 1
            return shared.session
        }
        queue.restart()
        guard transmitter !== receiver else {
            return try receiver.start(streams(timeline, session: session, receives: true, transmits: true))
        }
        try receiver.start(streams(timeline, session: session, receives: true, transmits: false))
        try transmitter.start(streams(timeline, session: session, receives: false, transmits: true))
    }

    private func checkBoxes() throws(TransceiverFailure) {
        let (sends, hears) = (transmitter.capabilities, receiver.capabilities)
        guard sends.transmits, hears.receives else {
            throw TransceiverFailure(
                .unsupported, "\(transmitter.name) must transmit and \(receiver.name) receive: choose other boxes")
        }
        guard sends.sampleRateHz == hears.sampleRateHz else {
            throw TransceiverFailure(
                .unsupported,
                "\(transmitter.name) and \(receiver.name) have different sample rates: set one for both")
        }
    }
}
