import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// An AIoTF and devices, joined by a reader made of nothing but NGAP: no air, no contention.
struct CoreWorld {
    /// A message on its way between device and reader, named by the place of the device.
    enum Leg: Hashable {
        case paging(Int)
        case accessResponse(Int)
        case r2d(Int)
        case d2r(Int)
    }

    /// What the reader has of an inventory.
    struct Open {
        let request: InventoryRequest
        var acknowledged: Set<Int> = []
        var exchanges: [UInt32: Int] = [:]
        /// Exchanges that take no Command Request any more.
        var closed: Set<UInt32> = []
        var rounds = 0
        var isComplete = false
    }

    static let reader = ReaderID(7)
    static let globalGNBID = GlobalGNBID(plmn: [0x00, 0xF1, 0x10], gnbID: 1, bitLength: 22)

    var aiotf: AIoTF
    var devices: [DeviceNAS]
    var groupKey: SecretKey?
    var now = AirTime.zero
    var generator: SeededGenerator
    /// Loses a message.
    var loses: (Leg) -> Bool = { _ in false }
    /// Sees, and may change, every NGAP PDU from the reader.
    var tampers: (NGAPPDU) -> [NGAPPDU] = { [$0] }

    var open: [Int: Open] = [:]
    var results: [DeviceResult] = []
    var summaries: [UInt64: InventorySummary] = [:]
    var changes: [PersistentChange] = []
    /// Everything that the AIoTF has sent.
    var sent: [NGAPPDU] = []
    /// Kinds of action in their order, for tests of what comes before what.
    var log: [String] = []
    private var inbox: [NGAPPDU] = []
    private var lastDeviceID: UInt32 = 0
    private var orders: UInt64 = 0

    init(devices: [DeviceNAS], registry: Registry, configuration: AIoTFConfiguration = .init(), seed: UInt64 = 1) {
        self.devices = devices
        generator = SeededGenerator(seed: seed)
        aiotf = AIoTF(configuration: configuration, registry: registry, generator: generator.split())
        connect()
    }

    mutating func connect() {
        aiotf.handle(.readerConnected(Self.reader), at: now)
        let area = SupportedTA(
            tac: [0, 0, 1], plmns: [.init(plmn: [0x00, 0xF1, 0x10], slices: [SNSSAI(sst: 1)])])
        deliver(
            .ngSetupRequest(NGSetupRequest(globalGNBID: Self.globalGNBID, ranNodeName: "r", supportedTAs: [area])))
    }

    mutating func disconnect() {
        open = [:]
        inbox = []
        for index in devices.indices { devices[index].carrierLost() }
        aiotf.handle(.readerDisconnected(Self.reader), at: now)
        pump()
    }

    /// Takes an order and runs it to its end.
    /// - Returns: its summary; nil when it does not end.
    @discardableResult
    mutating func inventory(_ target: InventoryTarget, command: FollowOnCommand? = nil) -> InventorySummary? {
        let id = order(target, command: command)
        run()
        return summaries[id]
    }

    mutating func order(_ target: InventoryTarget, command: FollowOnCommand? = nil) -> UInt64 {
        orders += 1
        aiotf.handle(.inventoryOrdered(InventoryOrder(target: target, command: command), id: orders), at: now)
        pump()
        return orders
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
        if !inbox.isEmpty {
            deliver(inbox.removeFirst())
        } else if let correlation = open.keys.sorted().first(where: { open[$0]?.isComplete == false }) {
            playRound(correlation)
        } else {
            return false
        }
        return true
    }

    /// Lets time pass to the AIoTF's next deadline; false when it has none.
    mutating func passDeadline() -> Bool {
        guard let deadline = aiotf.nextDeadline else { return false }
        now = max(now, deadline)
        aiotf.advance(to: now)
        pump()
        return true
    }

    /// The carrier goes, and the reader gives its inventories up.
    mutating func loseCarrier() {
        for index in devices.indices { devices[index].carrierLost() }
        inbox = []
        let sessions = open.keys.sorted().compactMap { open[$0]?.request.session }
        open = [:]
        for session in sessions {
            inbox.append(
                .aiotSessionReleaseRequest(AIOTSessionReleaseRequest(session: session, cause: .aiotDeviceNotReachable)))
        }
    }

    /// Hands a PDU to the AIoTF, through `tampers`.
    mutating func deliver(_ pdu: NGAPPDU) {
        for pdu in tampers(pdu) {
            guard let octets = try? pdu.encoded() else {
                Issue.record("cannot be encoded: \(pdu)")
                continue
            }
            receive(octets)
        }
    }

    mutating func receive(_ octets: [UInt8]) {
        aiotf.handle(.received(Self.reader, octets), at: now)
        pump()
    }

    private mutating func pump() {
        while let action = aiotf.nextAction() {
            switch action {
            case .persist(let change):
                changes.append(change)
                log.append("persist")
            case .result(_, let result):
                results.append(result)
                log.append("result")
            case .finished(let id, let summary):
                #expect(summaries.updateValue(summary, forKey: id) == nil, "an order ends once")
                log.append("finished")
            case .close: log.append("close")
            case .send(_, let octets):
                guard let pdu = try? NGAPPDU(decoding: octets) else {
                    Issue.record("the AIoTF has sent what does not decode")
                    continue
                }
                sent.append(pdu)
                log.append(pdu.name)
                take(pdu)
            }
        }
    }
}

// MARK: - The reader

extension CoreWorld {
    private mutating func take(_ pdu: NGAPPDU) {
        switch pdu {
        case .inventoryRequest(let message):
            open[message.session.correlationIdentifier] = Open(request: message)
            inbox.append(.inventoryResponse(InventoryResponse(session: message.session)))
        case .commandRequest(let message): take(message)
        case .aiotSessionReleaseCommand(let message):
            open[message.session.correlationIdentifier] = nil
            inbox.append(.aiotSessionReleaseComplete(AIOTSessionReleaseComplete(session: message.session)))
        default: break
        }
    }

    private mutating func take(_ message: CommandRequest) {
        let correlation = message.session.correlationIdentifier
        let id = message.ranDeviceNGAPID
        guard let inventory = open[correlation] else { return fail(message, .unknownAIoTSession) }
        guard let place = inventory.exchanges[id] else { return fail(message, .unknownRANAIoTDeviceNGAPID) }
        guard !inventory.closed.contains(id) else { return fail(message, .aiotDeviceNotReachable) }
        if message.nasPDU.isEmpty {
            open[correlation]?.acknowledged.insert(place)
            return respond(to: message, [])
        }
        guard !loses(.r2d(place)), case .reply(let pdu, _) = devices[place].receive(message.nasPDU),
            !loses(.d2r(place))
        else {
            if !inventory.acknowledged.contains(place) { open[correlation]?.closed.insert(id) }
            return fail(message, .noAIoTNASResponse)
        }
        #expect(message.expectedD2RMsgSize ?? 0 >= pdu.count, "the answer does not fit its schedule")
        open[correlation]?.acknowledged.insert(place)
        respond(to: message, pdu)
    }

    private mutating func fail(_ message: CommandRequest, _ cause: Cause) {
        inbox.append(
            .commandFailure(
                CommandFailure(session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, cause: cause)))
    }

    private mutating func respond(to message: CommandRequest, _ pdu: [UInt8]) {
        inbox.append(
            .commandResponse(
                CommandResponse(session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, nasPDU: pdu)))
    }

    /// Pages once; the inventory is complete after a round without an answer, or the fourth.
    private mutating func playRound(_ correlation: Int) {
        guard let request = open[correlation]?.request else { return }
        let paging = [1] + request.randN.octets + request.deviceIdentification.identity
        var heard: [(Int, [UInt8])] = []
        for place in devices.indices where open[correlation]?.acknowledged.contains(place) == false {
            guard !loses(.paging(place)), case .addressed = devices[place].receivePaging(paging),
                let pdu = devices[place].makeAccessResponse(using: &generator), !loses(.accessResponse(place))
            else { continue }
            heard.append((place, pdu))
        }
        open[correlation]?.rounds += 1
        let isOver = heard.isEmpty || open[correlation]?.rounds == 4
        for (place, pdu) in heard { report(pdu, from: place, correlation) }
        guard isOver else { return }
        open[correlation]?.isComplete = true
        inbox.append(
            .inventoryReport(
                InventoryReport(session: request.session, globalGNBID: Self.globalGNBID, inventoryComplete: true)))
    }

    /// Reports an access response under a new RAN-AIOT-Device-NGAP-ID.
    mutating func report(_ pdu: [UInt8], from place: Int, _ correlation: Int) {
        guard let request = open[correlation]?.request else { return }
        lastDeviceID += 1
        open[correlation]?.exchanges[lastDeviceID] = place
        if !request.followonCommandIndication { open[correlation]?.acknowledged.insert(place) }
        let device = InventoryReport.Device(nasPDU: pdu, ranDeviceNGAPID: lastDeviceID)
        inbox.append(
            .inventoryReport(
                InventoryReport(
                    session: request.session, globalGNBID: Self.globalGNBID,
                    readers: [.init(readerIndex: 1, devices: [device])])))
    }
}
