package import AIoTBase
import NGAP

/// The life of a link to one AIoTF, reached at the first endpoint of an ordered list that serves.
///
/// It opens transports, waits for the NG Setup, probes, notices death, goes to the next endpoint, backs off, and returns
/// to a more preferred endpoint once a transport to that stands. It has no clock and no sockets: what happened comes in
/// with its time (of any clock that never goes back), orders go out; `nextDeadline` says when to call again, and early
/// or extra calls are harmless.
package struct LinkMachine: Sendable {
    /// A transport that is being opened or stands.
    struct Attempt: Sendable {
        let transport: Int
        let endpoint: Int
        /// It was made to return to a more preferred endpoint.
        var isReturn = false
        var isOpen = false
        /// Its one NG Setup Request has been sent.
        var hasAskedSetup = false
        /// For the transport to stand, then for the NG Setup to be answered.
        var deadline: AirTime?
    }

    enum Phase: Hashable, Sendable {
        /// Not started yet, or stopped.
        case idle
        /// Every endpoint has failed.
        case waiting(until: AirTime)
        case opening
        case settingUp
        case up(since: AirTime)
    }

    /// The reason of the `.down` that says no more than that the user wanted it.
    package static let stopReason = "the link was stopped"

    /// How the endpoints are called in texts, the most preferred first.
    let endpoints: [String]
    let times: LinkTimes
    var generator: SeededGenerator
    var backOff: BackOff
    var returnBackOff: AirDuration
    var phase = Phase.idle
    /// The transport that the link runs over or will; nil while idle or waiting.
    var current: Attempt?
    /// The transport to a more preferred endpoint that the link may go over to.
    var challenger: Attempt?
    /// When to try more preferred endpoints again; of meaning while the link is up on a less preferred one.
    var nextReturn: AirTime?
    /// Endpoints that have failed since the last wait.
    var failed: Set<Int> = []
    var isBusy = false
    /// Present while the peer is known to answer probes.
    var probes: ProbeState?
    private var queueIsFull = false
    private var isCongested = false
    private var lastTransport = 0
    private var lastNumber: UInt64 = 0
    private var orders: [LinkOrder] = []
    private var taken = 0

    /// - Parameter endpoints: the endpoints' names, in order of preference; with none nothing ever happens.
    package init(endpoints: [String], times: LinkTimes = LinkTimes(), generator: SeededGenerator) {
        self.endpoints = endpoints
        self.times = times
        self.generator = generator
        backOff = BackOff(first: times.firstBackOff, longest: times.longestBackOff)
        returnBackOff = times.returning
    }

    package mutating func handle(_ input: LinkInput, at time: AirTime) {
        switch input {
        case .started: if phase == .idle, !endpoints.isEmpty { open(endpoint: 0, at: time) }
        case .stopped: stop()
        case .opened(let transport): opened(transport, at: time)
        case .closed(let transport, let reason): closed(transport, reason, at: time)
        case .received(let transport, let frame):
            if transport == current?.transport { received(frame, at: time) }
        case .busyChanged(let isBusy):
            self.isBusy = isBusy
            returnIfPossible(at: time)
        case .queueFilled(let isFull): queueIsFull = isFull
        case .queueOverflowed:
            if let current { drop("\(name(current.endpoint)) does not read what is sent: the AIoTF hangs", at: time) }
        case .timePassed: break
        }
        meetDeadlines(at: time)
        updateCongestion(at: time)
    }

    /// Sends a PDU and gives its number, which ascends over the life of the machine; nil where it was dropped.
    ///
    /// Dropped is what cannot be sent now: without a connection everything, before the NG Setup Response everything
    /// but an NG Setup Request or an Error Indication, and always an empty PDU, one of more than 65,535 octets, and a
    /// second NG Setup Request: its user may learn late that the transport that it is for is gone and another stands.
    package mutating func send(_ pdu: [UInt8], at time: AirTime) -> UInt64? {
        guard let current, !pdu.isEmpty, pdu.count <= PDUFramer.limit else { return nil }
        let isSetup = pdu.starts(with: [0, 21])
        switch phase {
        case .up where !isSetup: break
        case .settingUp where isSetup && !current.hasAskedSetup: self.current?.hasAskedSetup = true
        case .settingUp where pdu.starts(with: [0, 9]): break
        default: return nil
        }
        lastNumber += 1
        order(.send(transport: current.transport, pdu))
        probes?.sent(lastNumber, at: time)
        return lastNumber
    }

    /// What to do next, in order; nil when nothing is left.
    package mutating func nextOutput() -> LinkOrder? {
        guard taken < orders.count else {
            orders.removeAll(keepingCapacity: true)
            taken = 0
            return nil
        }
        defer { taken += 1 }
        return orders[taken]
    }

    /// When to call `handle(.timePassed, at:)` unless something else happens before; nil: never.
    package var nextDeadline: AirTime? {
        var deadlines = [current?.deadline, challenger?.deadline]
        switch phase {
        case .waiting(let until): deadlines.append(until)
        case .up:
            deadlines.append(probes?.nextDeadline)
            if challenger == nil { deadlines.append(nextReturn) }
        default: break
        }
        return deadlines.compactMap { $0 }.min()
    }

    /// The transport that `send` writes to, once it stands.
    package var currentTransport: Int? { current?.transport }
}

extension LinkMachine {
    mutating func order(_ order: LinkOrder) { orders.append(order) }

    func name(_ endpoint: Int) -> String { endpoints[endpoint] }

    mutating func newAttempt(endpoint: Int, at time: AirTime) -> Attempt {
        lastTransport += 1
        order(.open(transport: lastTransport, endpoint: endpoint))
        return Attempt(transport: lastTransport, endpoint: endpoint, deadline: time + times.connect)
    }

    private mutating func stop() {
        for attempt in [challenger, current].compactMap({ $0 }) {
            order(.close(transport: attempt.transport, reason: Self.stopReason))
        }
        if phase != .idle { order(.tell(.down(reason: Self.stopReason))) }
        challenger = nil
        clear()
    }

    /// Forgets the connection; what comes next is the caller's decision.
    mutating func clear() {
        phase = .idle
        current = nil
        probes = nil
        nextReturn = nil
        queueIsFull = false
        isCongested = false
    }

    private mutating func updateCongestion(at time: AirTime) {
        guard case .up = phase else { return }
        let isNow = queueIsFull || probes?.isSlow(at: time) ?? false
        guard isNow != isCongested else { return }
        isCongested = isNow
        order(.tell(.congested(isNow)))
    }
}
