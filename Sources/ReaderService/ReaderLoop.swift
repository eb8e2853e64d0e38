import AIoTBase
import AIoTLink
import AIoTReader
import Logging
import RadioFrontEnd
import Spool

/// The one loop of the daemon that reads a clock: between radio, reader core, spool and links.
///
/// Everything comes in through `handle`, one after the other; nothing in it waits.
struct ReaderLoop {
    /// What the loop drives.
    struct Shells {
        var frontEnd: any RadioFrontEnd
        /// By `LinkID`.
        var links: [any AIoTFLink]
        var linkNames: [String]
        var spool: Spool
        var epochFile: EpochFile
        var log: Logger
        /// The time on the sample clock of this process.
        var now: @Sendable () -> AirTime
        var put: @Sendable (LoopInput) -> Void
        /// Tells the service manager how things are.
        var status: @Sendable (String) -> Void
    }

    private(set) var reader: Reader
    private let shells: Shells
    private let stopTimeout: AirDuration
    private var book = RelayBook()
    /// What the epoch file holds.
    var epoch: UInt16
    /// What came of the frame that is on the air, once that time has come.
    private var outcome: (id: UInt64, outcome: RadioOutcome)?
    /// Set once the service is to stop.
    private var stopDeadline: AirTime?
    private var linkStates: [String]
    private var radioState = RadioState.ready
    /// By link: PDUs that wait until the spool has been flushed; a link's credit bounds them.
    private var held: [LinkID: [[UInt8]]] = [:]
    private var busy: [Bool]
    /// The last refusal of the spool that was told.
    private var toldRefusal: SpoolError?
    /// Whether the service has come to its end.
    private(set) var isFinished = false

    /// - Parameter configuration: its epoch is the one that the epoch file holds.
    init(configuration: ReaderConfiguration, shells: Shells, stopTimeout: AirDuration) {
        reader = Reader(configuration: configuration)
        epoch = configuration.identity.epoch
        self.shells = shells
        self.stopTimeout = stopTimeout
        linkStates = shells.linkNames.map { _ in "connecting" }
        busy = shells.linkNames.map { _ in false }
    }

    /// Takes in what happened and carries out what follows.
    /// - Returns: when to come back at the latest; nil where nothing waits for a time.
    /// - Throws: where the state directory cannot be written any more: to go on would give an ID twice.
    mutating func handle(_ input: LoopInput) throws(StateError) -> AirTime? {
        let now = shells.now()
        endTransmission(at: now)
        switch input {
        case .link(let link, let event): handle(event, of: link, at: now)
        case .radio(.transmissionEnded(let id, let outcome)):
            self.outcome = (id, outcome)
            endTransmission(at: now)
        case .radio(.carrierLost):
            outcome = nil
            shells.log.warning("the carrier was lost: every device has lost its session")
            reader.handle(.carrierLost, at: now)
        case .radio(.stateChanged(let state, let why)): changeRadio(to: state, why: why, at: now)
        case .spooled(let relay, .success(let sequence)):
            carryOut(book.spooled(relay, sequence: sequence), at: now)
        case .spooled(let relay, .failure(let error)):
            tellRefusal(error)
            carryOut(book.notSpooled(relay), at: now)
        case .tick: break
        case .stop where stopDeadline == nil:
            stopDeadline = now + stopTimeout
            reader.handle(.stopping, at: now)
        case .stop: break
        }
        carryOut(book.advance(to: now), at: now)
        releaseHeld(at: now)
        reader.advance(to: now)
        try settle(at: now)
        finishIfStopped(at: now)
        return nextDeadline
    }

    private var nextDeadline: AirTime? {
        [reader.nextDeadline, book.nextDeadline, outcome?.outcome.end, stopDeadline].compactMap { $0 }.min()
    }

    /// A simulated radio tells what came of a frame before its end has come.
    private mutating func endTransmission(at now: AirTime) {
        guard let (id, outcome) = outcome, outcome.end <= now else { return }
        self.outcome = nil
        reader.handle(.transmissionEnded(id: id, reports: outcome.reports), at: now)
    }

    private mutating func finishIfStopped(at now: AirTime) {
        guard let stopDeadline, !isFinished, reader.isIdle || stopDeadline <= now else { return }
        if !reader.isIdle { shells.log.warning("stopping with exchanges in flight: their time was over") }
        shells.frontEnd.setCarrier(isOn: false, at: now)
        isFinished = true
        let counters = reader.counters
        let dropped = DropReason.allCases.compactMap { reason in
            counters.dropped[reason].map { "\(reason.rawValue) \($0)" }
        }
        let spool = shells.spool.status
        shells.log.info(
            """
            \(counters.acknowledged) devices acknowledged in \(counters.rounds) rounds; dropped: \
            \(dropped.isEmpty ? "nothing" : dropped.joined(separator: ", ")); spool: \(spool.records) records wait, \
            \(spool.turnedAway) were turned away
            """)
    }

    /// Told when it begins, and again when the reason changes: each device that comes meanwhile would be a line.
    private mutating func tellRefusal(_ error: SpoolError) {
        guard error != toldRefusal else { return }
        toldRefusal = error
        shells.log.error("devices are not acknowledged: \(error)")
    }
}

// MARK: - Links

extension ReaderLoop {
    private mutating func handle(_ event: LinkEvent, of id: LinkID, at now: AirTime) {
        guard shells.links.indices.contains(id.value) else { return }
        switch event {
        case .connected:
            dropHeld(of: id)
            reader.handle(.linkUp(id), at: now)
        case .up(let identifier, let probes):
            tell("up", of: id)
            let spooled = shells.spool.pending(owner: identifier).map { ($0.sequence, $0.payload) }
            if !spooled.isEmpty {
                shells.log.notice("link \(shells.linkNames[id.value]): \(spooled.count) spooled messages go first")
            }
            carryOut(
                book.linkUp(id, aiotfIdentifier: identifier, answersProbes: probes, spooled: spooled), at: now)
        case .received(let octets):
            held[id, default: []].append(octets)
            releaseHeld(at: now)
        case .confirmed(let frame):
            carryOut(book.confirmed(id, upTo: frame), at: now)
        case .congested(let isCongested):
            reader.handle(.linkCongested(id, isCongested), at: now)
        case .down(let reason):
            tell("down: \(reason)", of: id)
            dropHeld(of: id)
            book.linkDown(id)
            reader.handle(.linkDown(id), at: now)
        }
    }

    /// Nothing that the AIoTF says is answered before all that was spooled for it has gone.
    private mutating func releaseHeld(at now: AirTime) {
        for id in held.keys.sorted(by: { $0.value < $1.value }) where !book.isFlushing(id) {
            for octets in held.removeValue(forKey: id) ?? [] {
                reader.handle(.receivedFromAIoTF(id, octets), at: now)
                shells.links[id.value].processed()
            }
        }
    }

    private mutating func dropHeld(of id: LinkID) {
        for _ in held.removeValue(forKey: id) ?? [] { shells.links[id.value].processed() }
    }

    private mutating func tell(_ state: String, of id: LinkID) {
        linkStates[id.value] = state
        tellStatus()
    }

    private func tellStatus() {
        let links = zip(shells.linkNames, linkStates).map { "link \($0) \($1)" }
        shells.status((["front end \(radioState.rawValue)"] + links).joined(separator: "; "))
    }
}

// MARK: - The radio

extension ReaderLoop {
    private mutating func changeRadio(to state: RadioState, why: String, at now: AirTime) {
        let isFine = state == .ready || state == .opening
        shells.log.log(level: isFine ? .notice : .warning, "front end \(state.rawValue): \(why)")
        radioState = state
        tellStatus()
        // What was on the air is not told any more.
        if !state.isUsable { outcome = nil }
        reader.handle(.radioChanged(isUsable: state.isUsable), at: now)
    }
}

// MARK: - Orders

extension ReaderLoop {
    private mutating func settle(at now: AirTime) throws(StateError) {
        while true {
            try keepEpoch()
            guard let order = reader.nextOutput() else { break }
            carryOut(order, at: now)
        }
        for (place, link) in shells.links.enumerated() {
            let isBusy = reader.hasInventories(of: LinkID(place))
            if busy[place] != isBusy { link.setBusy(isBusy) }
            busy[place] = isBusy
        }
    }

    /// Before an ID of a new epoch leaves, no later start can give it again.
    private mutating func keepEpoch() throws(StateError) {
        guard reader.epoch != epoch else { return }
        try shells.epochFile.write(reader.epoch)
        epoch = reader.epoch
    }

    private mutating func carryOut(_ order: ReaderOrder, at now: AirTime) {
        switch order {
        case .carrier(let isOn):
            shells.frontEnd.setCarrier(isOn: isOn, at: now)
        case .transmit(let transmission):
            shells.frontEnd.transmit(transmission, at: now)
        case .sendToAIoTF(let link, let octets):
            if shells.links.indices.contains(link.value) { _ = shells.links[link.value].send(octets) }
        case .relay(let relay):
            carryOut(relay, at: now)
        case .notice(let notice):
            log(notice)
        }
    }

    /// Sent at once where the link is up, and spooled at the same time: the AIoTF may hear of a device before the disk has
    /// it, the device is acknowledged after.
    private mutating func carryOut(_ relay: Relay, at now: AirTime) {
        let isUp =
            book.maySend(relay) && !book.isFlushing(relay.link) && shells.links.indices.contains(relay.link.value)
        book.ordered(relay, frame: isUp ? shells.links[relay.link.value].send(relay.octets) : nil, at: now)
        let put = shells.put
        shells.spool.append(owner: relay.aiotfIdentifier, payload: relay.octets) { result in
            put(.spooled(relay: relay.id, result))
        }
    }

    private mutating func carryOut(_ steps: [RelayBook.Step], at now: AirTime) {
        for step in steps {
            switch step {
            case .relayed(let id):
                toldRefusal = nil
                reader.handle(.relayed(id: id), at: now)
            case .notRelayed(let id): reader.handle(.notRelayed(id: id), at: now)
            case .remove(let sequences): shells.spool.remove(sequences)
            case .send(let link, let sequence, let octets):
                guard shells.links.indices.contains(link.value) else { continue }
                book.sent(sequence, over: link, frame: shells.links[link.value].send(octets), at: now)
            }
        }
    }

    private func log(_ notice: ReaderNotice) {
        switch notice {
        case .roundStarted(let id, let round, let q, let acknowledged):
            shells.log.debug("inventory \(id.value): round \(round), q \(q), \(acknowledged) acknowledged")
        case .deviceAcknowledged(let id, let count):
            shells.log.debug("inventory \(id.value): \(count) devices acknowledged")
        case .inventoryComplete(let id, let acknowledged, let rounds):
            shells.log.info("inventory \(id.value): complete, \(acknowledged) acknowledged in \(rounds) rounds")
        case .inventoryEnded(let id, let acknowledged, let reason):
            shells.log.notice("inventory \(id.value): ended (\(reason.rawValue)), \(acknowledged) acknowledged")
        case .dropped(let reason):
            shells.log.debug("dropped: \(reason.rawValue)")
        }
    }
}
