package import AIoTBase
package import RadioFrontEnd
package import Transceiver

/// Keeps a radio going: decides what is to be done with its boxes, and says where it stands.
///
/// It is told what happens, with times of one clock, and gives one order at a time: the next comes when the one before has
/// `finished`. Of two boxes it speaks as of one: either away, and there is no radio. Recovery goes from a restart of
/// streaming over a USB reset to a new opening with back-off (`spec/6 "What users suffer from most"`), and
/// never ends: whatever has happened, a box that is well again is taken up again.
package struct RadioSupervisor: Sendable {
    /// What is to be done with all boxes of the radio.
    package enum Order: Hashable, Sendable, CaseIterable {
        case open
        case start
        case stop
        case reset
        case close
    }

    package enum Event: Hashable, Sendable {
        /// A box has come or gone, by its place.
        case presence(box: Int, isThere: Bool)
        /// The order given last has been carried out, or could not be.
        case finished(TransceiverFailure?)
        /// Samples have moved since the last time this was told.
        case received
        case transmitted
        /// Samples were lost; the text says which.
        case lost(String)
        case failed(TransceiverFailure)
        /// Whether the receiver hears what is sent: false has to be measured anew.
        case hears(Bool)
    }

    /// Where the radio stands, with the reason in words.
    package struct Status: Hashable, Sendable {
        package var state: RadioState
        package var why: String
    }

    /// No samples for this long is a stall (*ours*: seen within 500 ms by one who looks every 50).
    package static let stallTime = AirDuration.milliseconds(400)
    /// The same right after the start, when boxes fill their buffers (*ours*).
    private static let startTime = AirDuration.milliseconds(1_000)
    /// How long a loss shows (*ours*).
    private static let lossTime = AirDuration.milliseconds(10_000)
    /// A radio that does not hear itself for this long is deaf (*ours*).
    private static let deafTime = AirDuration.milliseconds(2_000)
    /// Streaming for this long makes what was before forgotten (*ours*).
    private static let soundTime = AirDuration.milliseconds(10_000)
    /// Between attempts to open (*ours*): the first, doubled up to the last; a box that is away or denied is looked for
    /// more often than one that fails.
    private static let firstBackOff = AirDuration.milliseconds(250)
    private static let lastBackOff = AirDuration.milliseconds(5_000)
    private static let lookOutTime = AirDuration.milliseconds(2_000)

    private enum Rung { case restart, reset, reopen }

    private let stallTime: AirDuration
    package private(set) var status = Status(state: .opening, why: "looking for the radio")
    private var orders: [Order] = []
    /// The order that is being carried out.
    private var current: Order?
    /// Since when samples should flow; nil where they should not.
    private var streamingSince: AirTime?
    private var nextAttempt = AirTime.zero
    private var backOff = RadioSupervisor.firstBackOff
    private var rung = Rung.restart
    /// Boxes that were seen to leave since the radio was opened.
    private var away: Set<Int> = []
    private var lastReceived = AirTime.zero
    private var lastTransmitted = AirTime.zero
    private var lastLoss: (time: AirTime, what: String)?
    private var hears = false
    /// Since when it is waited for that the radio hears itself.
    private var soundingSince = AirTime.zero

    /// - Parameter stallTime: no samples for this long is a stall; longer for an air that is slower than time.
    package init(stallTime: AirDuration = RadioSupervisor.stallTime) {
        self.stallTime = stallTime
    }

    /// Whether samples flow, or should.
    package var isStreaming: Bool { streamingSince != nil }

    /// Takes in what happened.
    package mutating func handle(_ event: Event, at now: AirTime) {
        switch event {
        case .presence(let box, let isThere): presence(of: box, isThere, at: now)
        case .finished(let failure): finish(failure, at: now)
        case .received: lastReceived = now
        case .transmitted: lastTransmitted = now
        case .lost(let what):
            // Two kinds of loss that take turns are one trouble: the text that is shown stays.
            let shown = lastLoss.flatMap { now - $0.time < Self.lossTime ? $0.what : nil }
            lastLoss = (now, shown ?? what)
        case .failed(let failure):
            if isStreaming { recover(from: failure, at: now) }
        case .hears(let hears):
            if self.hears, !hears { soundingSince = now }
            self.hears = hears
        }
        advance(to: now)
    }

    /// Looks at the time; extra calls are harmless.
    package mutating func advance(to now: AirTime) {
        if let since = streamingSince {
            watchStreams(since: since, at: now)
        } else if current == nil, orders.isEmpty, nextAttempt <= now {
            away = []
            orders = [.open, .start]
        }
    }

    /// The order to be carried out now; nil while one is, or where none is due.
    package mutating func nextOrder() -> Order? {
        guard current == nil, !orders.isEmpty else { return nil }
        current = orders.removeFirst()
        return current
    }
}

// MARK: - Streaming

extension RadioSupervisor {
    private mutating func watchStreams(since: AirTime, at now: AirTime) {
        guard away.isEmpty else {
            return lose(why: "a box was unplugged: plug it in again", at: now)
        }
        let last = min(lastReceived, lastTransmitted)
        let limit = last <= since ? max(Self.startTime, stallTime) : stallTime
        if now - max(last, since) >= limit {
            let direction = lastReceived <= lastTransmitted ? "received" : "sent"
            return recover(
                from: TransceiverFailure(
                    .failed, "no samples were \(direction) for \((now - max(last, since)).nanoseconds / 1_000_000) ms"),
                at: now)
        }
        if now - since >= Self.soundTime {
            rung = .restart
            backOff = Self.firstBackOff
        }
        tellStreaming(at: now)
    }

    private mutating func tellStreaming(at now: AirTime) {
        if !hears {
            guard now - soundingSince >= Self.deafTime else { return }
            status = Status(
                state: .degraded,
                why: "the receiver does not hear the transmitter: check antennas, gains and frequency")
        } else if let lastLoss, now - lastLoss.time < Self.lossTime {
            status = Status(state: .degraded, why: "\(lastLoss.what): is the host too slow, or USB shared?")
        } else {
            status = Status(state: .ready, why: "the receiver hears the transmitter")
        }
    }

    /// What is left to be tried against a failure while streaming, or to get there.
    private mutating func recover(from failure: TransceiverFailure, at now: AirTime) {
        guard failure.kind != .absent else { return lose(why: failure.description, at: now) }
        streamingSince = nil
        let remedy: String
        switch rung {
        case .restart:
            rung = .reset
            orders = [.stop, .start]
            remedy = "restarting the streams"
        case .reset:
            rung = .reopen
            orders = [.stop, .reset, .close, .open, .start]
            remedy = "resetting the box"
        case .reopen:
            orders = [.stop, .close]
            nextAttempt = now + backOff
            remedy = "opening it again in \(backOff.nanoseconds / 1_000_000) ms"
            backOff = min(backOff + backOff, Self.lastBackOff)
        }
        status = Status(state: .stalled, why: "\(failure.description); \(remedy)")
    }

    private mutating func lose(why: String, at now: AirTime) {
        streamingSince = nil
        rung = .restart
        orders = [.stop, .close]
        nextAttempt = now + (away.isEmpty ? Self.firstBackOff : Self.lookOutTime)
        status = Status(state: .absent, why: why)
    }
}

// MARK: - Getting there

extension RadioSupervisor {
    private mutating func presence(of box: Int, _ isThere: Bool, at now: AirTime) {
        guard isThere else {
            away.insert(box)
            return
        }
        away.remove(box)
        // What has come is tried at once, however long the wait was to be.
        nextAttempt = now
        backOff = Self.firstBackOff
        if !isStreaming, status.state == .absent { status = Status(state: .opening, why: "a box has come") }
    }

    private mutating func finish(_ failure: TransceiverFailure?, at now: AirTime) {
        guard let order = current else { return }
        current = nil
        switch (order, failure) {
        case (.open, let failure?): openingFailed(failure, at: now)
        case (.start, nil):
            streamingSince = now
            lastReceived = now
            lastTransmitted = now
            soundingSince = now
            hears = false
            lastLoss = nil
        case (.start, let failure?): recover(from: failure, at: now)
        case (.open, nil), (.stop, _), (.reset, _), (.close, _): break  // The orders behind them tell what comes of it.
        }
    }

    private mutating func openingFailed(_ failure: TransceiverFailure, at now: AirTime) {
        orders = [.close]
        let (state, longest): (RadioState, AirDuration) =
            switch failure.kind {
            case .absent: (.absent, Self.lookOutTime)
            case .denied, .busy: (.denied, Self.lookOutTime)
            case .unsupported: (.denied, Self.lastBackOff)
            case .failed: (.stalled, Self.lastBackOff)
            }
        nextAttempt = now + min(backOff, longest)
        backOff = min(backOff + backOff, Self.lastBackOff)
        status = Status(state: state, why: failure.description)
    }
}
