import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// An AIoTF with its store, and devices, joined by readers made of nothing but NGAP: no air, no contention.
struct CoreWorld {
    /// A message on its way between device and reader, named by the place of the device.
    enum Leg: Hashable {
        case paging(Int)
        case accessResponse(Int)
        case r2d(Int)
        case d2r(Int)
    }

    /// A device that a reader has acknowledged for an order.
    struct Acknowledgement: Hashable {
        var orderID: UInt64
        var place: Int
    }

    static let globalGNBID = GlobalGNBID(plmn: [0x00, 0xF1, 0x10], gnbID: 1, bitLength: 22)

    var aiotf: AIoTF
    var store: CoreStore
    var devices: [DeviceNAS]
    var readers = [CoreReader()]
    var groupKey: SecretKey?
    var now = AirTime.zero
    var generator: SeededGenerator
    /// Loses a message.
    var loses: (Leg) -> Bool = { _ in false }
    /// Sees, and may change, every NGAP PDU from a reader.
    var tampers: (NGAPPDU) -> [NGAPPDU] = { [$0] }
    /// Says which of so many things happens next.
    var chooses: (Int) -> Int = { _ in 0 }
    /// A batch of actions is durable before any of it is sent, as a process does it.
    var commitsBatches = false
    /// Actions after which the AIoTF crashes; nil: it does not.
    var actionsToCrash: Int?
    /// Readers without a link set one up as soon as nothing else happens.
    var reconnects = false

    var results: [DeviceResult] = []
    var told: [UInt64: [DeviceResult]] = [:]
    var summaries: [UInt64: InventorySummary] = [:]
    var acknowledged: Set<Acknowledgement> = []
    /// Distinct commands sent to a device for an order.
    var commandsTo: [Acknowledgement: Set<[UInt8]>] = [:]
    /// Everything that the AIoTF has sent.
    var sent: [NGAPPDU] = []
    /// Kinds of action in their order, for tests of what comes before what.
    var log: [String] = []
    private(set) var crashes = 0
    private var lastConnection = 6
    var lastDeviceID: UInt32 = 0
    private var orders: UInt64 = 0

    init(
        devices: [DeviceNAS], registry: Registry, configuration: AIoTFConfiguration = .init(), seed: UInt64 = 1
    ) {
        self.devices = devices
        generator = SeededGenerator(seed: seed)
        store = CoreStore(registry)
        aiotf = AIoTF(configuration: configuration, registry: registry, generator: generator.split())
        connect()
    }

    var changes: [PersistentChange] { store.changes }

    /// What the first reader has open.
    var open: [Int: CoreReader.Open] {
        get { readers[0].open }
        set { readers[0].open = newValue }
    }

    mutating func connect(_ place: Int = 0) {
        lastConnection += 1
        let connection = ReaderID(lastConnection)
        readers[place].connection = connection
        aiotf.handle(.readerConnected(connection), at: now)
        let area = SupportedTA(
            tac: readers[place].tac, plmns: [.init(plmn: [0x00, 0xF1, 0x10], slices: [SNSSAI(sst: 1)])])
        deliver(
            .ngSetupRequest(
                NGSetupRequest(
                    globalGNBID: readers[place].globalGNBID, ranNodeName: readers[place].name, supportedTAs: [area])),
            from: place)
    }

    /// A reader crashes: the carrier goes, and its spool is all that is left.
    mutating func disconnect(_ place: Int = 0) {
        guard let connection = readers[place].connection else { return }
        readers[place].loseLink()
        readers[place].open = [:]
        for index in devices.indices where isHeard(index, by: place) { devices[index].carrierLost() }
        aiotf.handle(.readerDisconnected(connection), at: now)
        pump()
    }

    /// The AIoTF is thrown away, with every link, and another one begins with what the store holds.
    mutating func crash() {
        crashes += 1
        actionsToCrash = nil
        for place in readers.indices { readers[place].loseLink() }
        aiotf = AIoTF(
            configuration: aiotf.configuration, registry: store.registry, restoring: store.state,
            generator: generator.split())
        pump()
    }

    func isHeard(_ place: Int, by reader: Int) -> Bool { readers[reader].hears?.contains(place) ?? true }

    /// Takes an order and runs it to its end.
    /// - Returns: its summary; nil when it does not end.
    @discardableResult
    mutating func inventory(
        _ target: InventoryTarget, command: FollowOnCommand? = nil, scope: InventoryScope = .anywhere
    ) -> InventorySummary? {
        let id = order(target, command: command, scope: scope)
        run()
        return summaries[id]
    }

    mutating func order(
        _ target: InventoryTarget, command: FollowOnCommand? = nil, scope: InventoryScope = .anywhere
    ) -> UInt64 {
        orders += 1
        let id = orders
        aiotf.handle(
            .inventoryOrdered(InventoryOrder(target: target, command: command, scope: scope), id: id), at: now)
        pump()
        return id
    }

    /// Runs until nothing is left to happen; deadlines pass only when nothing else does.
    mutating func run() {
        for _ in 0..<100_000 where !step() {
            if !passDeadline() { return }
        }
        Issue.record("the world does not come to rest")
    }

    /// One thing that happens; false when nothing does without a deadline.
    mutating func step() -> Bool {
        let speaking = readers.indices.filter { !readers[$0].inbox.isEmpty }
        let paging = readers.indices.compactMap { place in
            readers[place].open.keys.sorted().first { readers[place].open[$0]?.isComplete == false }.map { (place, $0) }
        }
        // Without a choice: messages first, then rounds.
        let choice = chooses(speaking.count + paging.count)
        if speaking.indices.contains(choice) {
            deliverNext(from: speaking[choice])
        } else if paging.indices.contains(choice - speaking.count) {
            let (place, correlation) = paging[choice - speaking.count]
            playRound(correlation, place)
        } else if reconnects, let place = readers.firstIndex(where: { $0.connection == nil }) {
            connect(place)
        } else {
            return false
        }
        return true
    }

    private mutating func deliverNext(from place: Int) {
        let message = readers[place].inbox.removeFirst()
        let crashesBefore = crashes
        deliver(message.pdu, from: place)
        if let number = message.spoolNumber, crashes == crashesBefore { readers[place].processed.insert(number) }
    }

    /// Lets time pass to the AIoTF's next deadline; false when it has none.
    mutating func passDeadline() -> Bool {
        guard let deadline = aiotf.nextDeadline else { return false }
        now = max(now, deadline)
        aiotf.advance(to: now)
        pump()
        return true
    }

    /// The first reader's carrier goes, and it gives its inventories up.
    mutating func loseCarrier() {
        for index in devices.indices { devices[index].carrierLost() }
        readers[0].inbox = []
        let sessions = open.keys.sorted().compactMap { open[$0]?.request.session }
        open = [:]
        for session in sessions {
            readers[0].send(
                .aiotSessionReleaseRequest(AIOTSessionReleaseRequest(session: session, cause: .aiotDeviceNotReachable)))
        }
    }

    /// Hands a PDU to the AIoTF, through `tampers`.
    mutating func deliver(_ pdu: NGAPPDU, from place: Int = 0) {
        for pdu in tampers(pdu) {
            guard let octets = try? pdu.encoded() else {
                Issue.record("cannot be encoded: \(pdu)")
                continue
            }
            receive(octets, from: place)
        }
    }

    mutating func receive(_ octets: [UInt8], from place: Int = 0) {
        guard let connection = readers[place].connection else { return }
        aiotf.handle(.received(connection, octets), at: now)
        pump()
    }

    mutating func cancel(_ id: UInt64) {
        aiotf.handle(.orderCancelled(id: id), at: now)
        pump()
    }

    private mutating func pump() {
        var actions: [AIoTFAction] = []
        while let action = aiotf.nextAction() { actions.append(action) }
        if commitsBatches { actions = actions.filter { !$0.isSend } + actions.filter(\.isSend) }
        for action in actions {
            if let left = actionsToCrash {
                if left == 0 { return crash() }
                actionsToCrash = left - 1
            }
            carryOut(action)
        }
    }

    private mutating func carryOut(_ action: AIoTFAction) {
        switch action {
        case .persist(let change):
            store.apply(change)
            log.append("persist")
        case .result(let id, let result):
            store.apply(result, orderID: id)
            results.append(result)
            told[id, default: []].append(result)
            log.append("result")
        case .finished(let id, let summary):
            store.finish(id)
            #expect(summaries.updateValue(summary, forKey: id) == nil, "an order ends once")
            log.append("finished")
        case .close(let connection, _):
            log.append("close")
            for place in readers.indices where readers[place].connection == connection { readers[place].loseLink() }
        case .send(let connection, let octets):
            guard let pdu = try? NGAPPDU(decoding: octets) else {
                Issue.record("the AIoTF has sent what does not decode")
                return
            }
            sent.append(pdu)
            log.append(pdu.name)
            if let place = readers.firstIndex(where: { $0.connection == connection }) { take(pdu, place) }
        }
    }
}

extension AIoTFAction {
    fileprivate var isSend: Bool { if case .send = self { true } else { false } }
}
