import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import EmulatedAir
import Glibc
import RadioFrontEnd
import StreamFrontEnd
import Synchronization
import Transceiver

/// A stream front end on emulated boxes, its threads running, the air as fast as they go.
final class RadioBench: Sendable {
    /// What the air tells while it runs.
    private final class Watch: Sendable {
        let frontEnd = Mutex<StreamFrontEnd?>(nil)
        let sent = Mutex<[UInt8]>([])
        let notes = Mutex<[String]>([])
    }

    let boxes: EmulatedBoxes
    let frontEnd: StreamFrontEnd
    private let watch = Watch()
    private let events = Mutex<[RadioEvent]>([])
    private let start = ContinuousClock.now

    /// - Parameters:
    ///   - keepsSent: for `sent`.
    ///   - notes: of each box.
    ///   - others: boxes at the end of the air's that are somebody else's.
    init(
        _ air: BoxAirSettings, keepsSent: Bool = false, limits: AirLimits = AirLimits(), others: Int = 0,
        tap: (any ReceiveTap)? = nil, notes: [String] = []
    ) {
        var settings = EmulatedBoxesSettings()
        let watch = watch
        // The air waits for the receive thread, or a slow build would lose samples; not for ever, should that have ended.
        settings.hold = {
            for _ in 0..<20_000 {
                guard let frontEnd = watch.frontEnd.withLock({ $0 }), frontEnd.waitingOctets > 40_000 else { return }
                usleep(100)
            }
        }
        if keepsSent {
            settings.transmitted = { box, octets, _ in
                if box == 0 { watch.sent.withLock { $0.append(contentsOf: octets) } }
            }
        }
        boxes = EmulatedBoxes(air, settings)
        let transceivers = boxes.transceivers.dropLast(others).map { NotedTransceiver($0, notes: notes) }
        frontEnd = StreamFrontEnd(
            name: "emulated", transmitter: transceivers[0], receiver: transceivers.last ?? transceivers[0],
            profile: air.profile, limits: limits, tap: tap, stallTime: .milliseconds(2_000),
            note: { note in watch.notes.withLock { $0.append(note) } })
        watch.frontEnd.withLock { $0 = frontEnd }
    }

    func begin() {
        frontEnd.start(clock: { [self] in now }) { [self] event in events.withLock { $0.append(event) } }
    }

    func end() {
        frontEnd.stop()
        watch.frontEnd.withLock { $0 = nil }
    }

    var now: AirTime {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return AirTime(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// All octets that the transmitting box has put on the air.
    var sent: [UInt8] { watch.sent.withLock { $0 } }

    /// What a person was told of the boxes.
    var notes: [String] { watch.notes.withLock { $0 } }

    /// Everything told since the last time.
    func takeEvents() -> [RadioEvent] {
        events.withLock { events in
            defer { events = [] }
            return events
        }
    }

    /// Waits until `condition` holds, for very long at most.
    func waits(until condition: () -> Bool) -> Bool {
        let limit = now + .milliseconds(60_000)
        while !condition() {
            guard now < limit else { return false }
            usleep(1_000)
        }
        return true
    }

    func waits(for state: RadioState) -> Bool { waits { frontEnd.status.state == state } }

    /// The states told since the last time, without repetition.
    func takeStates() -> [RadioState] {
        takeEvents().compactMap { if case .stateChanged(let state, _) = $0 { state } else { nil } }
            .reduce(into: []) { states, state in if states.last != state { states.append(state) } }
    }

    /// Sends a frame that asks a device, which need not exist, for a burst after `milliseconds`.
    @discardableResult
    func transmit(
        id: UInt64, askingAfter milliseconds: Int, delayed delay: AirDuration = .zero, bringsCarrier: Bool = true
    ) throws -> R2DTransmission {
        let message = R2DMessage.randomIDResponse(
            RandomIDResponse(
                transactionID: TransactionID(3),
                entries: [
                    RandomIDResponse.Entry(
                        randomID: RandomID(0x1234), asID: ASID(7),
                        schedule: Schedule(
                            rateCode: 4, subcarrierCode: 0, transportBlockOctets: 4,
                            startOffset: UInt16(milliseconds * 20)))
                ]))
        var schedule = AirSchedule(profile: .oursV0, sampleRateHz: 1_920_000)
        let transmission = try R2DTransmission(
            id: id, message: message, octets: message.encoded(), chipsPerSymbol: 6,
            windows: schedule.windows(after: message))
        if bringsCarrier { frontEnd.setCarrier(isOn: true, at: now) }
        frontEnd.transmit(transmission, at: now + delay)
        return transmission
    }

    /// What came of transmission `id`, once it has come.
    func outcome(of id: UInt64) -> RadioOutcome? {
        var outcome: RadioOutcome?
        _ = waits {
            for case .transmissionEnded(id, let ended) in takeEvents() { outcome = ended }
            return outcome != nil
        }
        return outcome
    }
}
