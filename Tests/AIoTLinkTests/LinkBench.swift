import AIoTBase
import AIoTLink
import NGAP

/// A `LinkMachine` in virtual time, and peers that do what a test says.
struct LinkBench {
    /// What lives at an endpoint.
    enum Peer {
        /// Accepts, sets up, and answers probes.
        case serves
        /// Does so without knowing probes.
        case servesWithoutProbes
        /// Nothing comes back, whatever is sent.
        case swallows
        case refusesConnections
        case closesAtOnce
        case failsSetup
        case neverAnswersSetup
        /// Sets up, then answers nothing.
        case fallsSilent
        /// Sets up, and closes after so many milliseconds.
        case flaps(Int64)
    }

    var machine: LinkMachine
    var peers: [Peer]
    private(set) var time = AirTime.zero
    /// What was told, with its time.
    private(set) var told: [(time: AirTime, event: LinkEvent)] = []
    /// Which endpoints were called, with its time.
    private(set) var opened: [(time: AirTime, endpoint: Int)] = []
    /// Endpoint of each transport that was ordered and not closed.
    private(set) var live: [Int: Int] = [:]
    private var planned: [(time: AirTime, input: LinkInput)] = []
    /// From a request to its answer.
    var delay = AirDuration.milliseconds(1)

    init(_ peers: [Peer], seed: UInt64 = 1, times: LinkTimes = LinkTimes()) {
        self.peers = peers
        machine = LinkMachine(
            endpoints: peers.indices.map { "aiotf-\($0)" }, times: times, generator: SeededGenerator(seed: seed))
        handle(.started)
    }

    mutating func handle(_ input: LinkInput) {
        if case .closed(let transport, _) = input { live[transport] = nil }
        machine.handle(input, at: time)
        obey()
    }

    mutating func send(_ pdu: [UInt8]) -> UInt64? {
        defer { obey() }
        return machine.send(pdu, at: time)
    }

    /// Lets time pass, from one thing that happens to the next.
    mutating func run(for duration: AirDuration) {
        let end = time + duration
        while true {
            planned.sort { $0.time < $1.time }
            let deadline = machine.nextDeadline ?? end + .milliseconds(1)
            if let next = planned.first, next.time <= min(deadline, end) {
                planned.removeFirst()
                time = max(time, next.time)
                handle(next.input)
            } else if deadline <= end {
                time = max(time, deadline)
                handle(.timePassed)
            } else {
                time = end
                return
            }
        }
    }

    private mutating func obey() {
        while let order = machine.nextOutput() {
            switch order {
            case .open(let transport, let endpoint):
                opened.append((time, endpoint))
                live[transport] = endpoint
                connect(transport, peers[endpoint])
            case .send(let transport, let frame):
                if let endpoint = live[transport] { answer(frame, on: transport, peers[endpoint]) }
            case .close(let transport, _): live[transport] = nil
            case .tell(let event):
                told.append((time, event))
                if case .connected = event { _ = machine.send(Self.setupRequest, at: time) }
            }
        }
    }

    private mutating func plan(_ input: LinkInput, after wait: AirDuration? = nil) {
        planned.append((time + (wait ?? delay), input))
    }

    private mutating func connect(_ transport: Int, _ peer: Peer) {
        switch peer {
        case .swallows: break
        case .refusesConnections: plan(.closed(transport: transport, reason: "refused"))
        default: plan(.opened(transport: transport))
        }
    }

    private mutating func answer(_ frame: [UInt8], on transport: Int, _ peer: Peer) {
        let isSetup = frame.count > 1 && frame[1] == 21
        switch peer {
        case .swallows, .refusesConnections, .neverAnswersSetup: break
        case .closesAtOnce: plan(.closed(transport: transport, reason: "closed at once"))
        case .failsSetup where isSetup: plan(.received(transport: transport, Self.setupFailure))
        case .serves where isSetup, .fallsSilent where isSetup:
            plan(.received(transport: transport, Self.setupResponse(probes: true)))
        case .servesWithoutProbes where isSetup:
            plan(.received(transport: transport, Self.setupResponse(probes: false)))
        case .flaps(let life) where isSetup:
            plan(.received(transport: transport, Self.setupResponse(probes: true)))
            plan(.closed(transport: transport, reason: "flapped"), after: .milliseconds(life))
        case .serves, .flaps: if frame.isEmpty { plan(.received(transport: transport, [])) }
        default: break
        }
    }

    // MARK: What came of it

    var ups: [AirTime] { told.compactMap { if case .up = $0.event { $0.time } else { nil } } }
    var downs: [(time: AirTime, reason: String)] {
        told.compactMap { if case .down(let reason) = $0.event { ($0.time, reason) } else { nil } }
    }
    var connected: [Int] { told.compactMap { if case .connected(let endpoint) = $0.event { endpoint } else { nil } } }
    var congestion: [Bool] {
        told.compactMap { if case .congested(let isCongested) = $0.event { isCongested } else { nil } }
    }
    var confirmed: [UInt64] { told.compactMap { if case .confirmed(let upTo) = $0.event { upTo } else { nil } } }
    /// Whether the last word was that the link is up.
    var isUp: Bool {
        told.last { event in
            switch event.event {
            case .up, .down: true
            default: false
            }
        }.map { if case .up = $0.event { true } else { false } } ?? false
    }

    static let plmn: [UInt8] = [0x00, 0xF1, 0x10]
    static let setupRequest = encoded(
        .ngSetupRequest(
            NGSetupRequest(
                globalGNBID: GlobalGNBID(plmn: plmn, gnbID: 1, bitLength: 22), ranNodeName: nil,
                supportedTAs: [SupportedTA(tac: [0, 0, 1], plmns: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])])],
                supportsProbes: true)))
    static let setupFailure = encoded(.ngSetupFailure(NGSetupFailure(cause: .controlProcessingOverload)))

    static func setupResponse(probes: Bool, identifier: [UInt8]? = [7]) -> [UInt8] {
        encoded(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: "a", servedGUAMIs: [GUAMI(plmn: plmn, region: 0, set: 0, pointer: 0)],
                    plmnSupport: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])], aiotfIdentifier: identifier,
                    supportsProbes: probes)))
    }

    private static func encoded(_ pdu: NGAPPDU) -> [UInt8] { (try? pdu.encoded()) ?? [] }
}
