import AIoTBase
import AIoTDevice
import AIoTF
import AIoTFService
import AIoTSecurity
import GRDB
import Logging
import NGAP
import Testing

/// A loop over a store, and one reader in front of simulated devices, made of nothing but NGAP.
final class LoopWorld {
    static let reader = ReaderID(1)
    static let client = ControlClientID(1)
    static let gnb = GlobalGNBID(plmn: [0x00, 0xF1, 0x10], gnbID: 7, bitLength: 22)

    let fixture: StoreFixture
    private(set) var store: DeviceStore
    private(set) var deeds = Deeds()
    let log = LogRecorder()
    var loop: AIoTFLoop
    var devices: [DeviceNAS] = []
    var now = AirTime.zero
    var generator = SeededGenerator(seed: 5)
    /// Everything that was done, in order.
    var history: [Deed] = []
    /// Another process that keeps the store locked.
    var blocker: DatabaseQueue?
    /// The process dies before it commits, where its next deed would be too many.
    var diesBeforeCommit = false
    /// Messages that the reader must not lose, by correlation.
    private(set) var spool: [Int: [NGAPPDU]] = [:]
    /// Distinct commands that devices were sent.
    private(set) var commands: [Int: Set<[UInt8]>] = [:]
    private var lastDevice: UInt32 = 0
    private var places: [UInt32: Int] = [:]
    private var acknowledged: Set<UInt32> = []
    /// Places of devices that have left once they were acknowledged.
    private(set) var gone: Set<Int> = []

    /// - Parameter count: devices that are provisioned, in one group, and stand in front of the reader.
    init(_ count: Int) throws {
        fixture = try StoreFixture()
        store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(count), replaces: false)
        loop = try Self.makeLoop(store, deeds, log)
        let group = DeviceGroup(id: StoreFixture.groupID, key: try StoreFixture.key(0xFF))
        devices = try (0..<count).map { place in
            let record = try StoreFixture.device(place)
            return DeviceNAS(
                DeviceProvisioning(
                    deviceID: record.id, key: record.key, configuration: record.configuration, groups: [group]),
                nonVolatile: DeviceNonVolatile(groupCounters: [0], memory: Array(0..<64)))
        }
    }

    static func makeLoop(
        _ store: DeviceStore, _ deeds: Deeds, _ log: LogRecorder = LogRecorder()
    ) throws -> AIoTFLoop {
        try AIoTFLoop(
            configuration: AIoTFConfiguration(), store: store, links: deeds, clients: deeds,
            generator: SeededGenerator(seed: 9), log: Logger(label: "test") { _ in log })
    }

    /// - Returns: what the turn has led to.
    @discardableResult
    func turn(_ inputs: ServerInput...) throws -> [Deed] { try turn(inputs) }

    private func turn(_ inputs: [ServerInput]) throws -> [Deed] {
        if diesBeforeCommit, deeds.isAtItsEnd { deeds.die() }
        guard !deeds.isDead else { return [] }
        try loop.turn(inputs, at: now)
        let new = deeds.take()
        history += new
        return new
    }

    @discardableResult
    func receive(_ pdus: NGAPPDU..., from reader: ReaderID = reader) throws -> [Deed] {
        try turn(try pdus.map { .received(reader, try $0.encoded()) })
    }

    /// The process begins anew with what the store holds; the reader is back with its spool, and devices that it has
    /// acknowledged are gone.
    func restart() throws {
        gone = Set(acknowledged.compactMap { places[$0] })
        for place in devices.indices { devices[place].carrierLost() }
        store = try fixture.open(.existing)
        deeds = Deeds()
        diesBeforeCommit = false
        loop = try Self.makeLoop(store, deeds, log)
    }

    @discardableResult
    func connect(_ reader: ReaderID = reader) throws -> [Deed] {
        try turn(.connected(reader, peer: "127.0.0.1:1"))
        let area = SupportedTA(tac: [0, 0, 1], plmns: [.init(plmn: Self.gnb.plmn, slices: [SNSSAI(sst: 1)])])
        return try receive(
            .ngSetupRequest(NGSetupRequest(globalGNBID: Self.gnb, ranNodeName: "dock", supportedTAs: [area])),
            from: reader)
    }

    @discardableResult
    func order(_ request: String) throws -> [Deed] {
        try turn(.requested(Self.client, try ControlRequest(request.utf8)))
    }

    /// Lines that clients were told so far.
    var lines: [String] {
        history.compactMap { if case .told(_, let line, _) = $0 { line } else { nil } }
    }

    /// Plays the reader until nothing is left to happen; deadlines pass only when nothing else does.
    func run() throws {
        var open = history
        history = []
        for _ in 0..<10_000 where !deeds.isDead {
            guard !open.isEmpty else {
                history += open
                guard let deadline = loop.nextDeadline else { return }
                now = max(now, deadline)
                open = try turn()
                history.removeLast(open.count)
                continue
            }
            let deed = open.removeFirst()
            history.append(deed)
            guard case .sent(_, let pdu) = deed else { continue }
            let before = history.count
            try play(pdu)
            open += history[before...]
            history.removeSubrange(before...)
        }
        if deeds.isDead { return }
        Issue.record("the world does not come to rest")
    }

    private func play(_ pdu: NGAPPDU) throws {
        switch pdu {
        case .inventoryRequest(let message): try page(message)
        case .commandRequest(let message): try command(message)
        case .ngSetupResponse:
            for message in spool.sorted(by: { $0.key < $1.key }).flatMap(\.value) { try receive(message) }
        case .aiotSessionReleaseCommand(let message):
            spool[message.session.correlationIdentifier] = nil
            try receive(.aiotSessionReleaseComplete(AIOTSessionReleaseComplete(session: message.session)))
        default: break
        }
    }

    private func page(_ message: InventoryRequest) throws {
        try receive(.inventoryResponse(InventoryResponse(session: message.session)))
        let paging = [1] + message.randN.octets + message.deviceIdentification.identity
        for place in devices.indices where !gone.contains(place) {
            guard case .addressed = devices[place].receivePaging(paging),
                let pdu = devices[place].makeAccessResponse(using: &generator)
            else { continue }
            lastDevice += 1
            places[lastDevice] = place
            let device = InventoryReport.Device(nasPDU: pdu, ranDeviceNGAPID: lastDevice)
            try receive(
                .inventoryReport(
                    InventoryReport(
                        session: message.session, globalGNBID: Self.gnb,
                        readers: [.init(readerIndex: 1, devices: [device])])))
        }
        try receiveSpooled(
            .inventoryReport(
                InventoryReport(session: message.session, globalGNBID: Self.gnb, inventoryComplete: true)),
            message.session)
    }

    private func command(_ message: CommandRequest) throws {
        var answer: [UInt8] = []
        if message.nasPDU.first == 5, let place = places[message.ranDeviceNGAPID] {
            commands[place, default: []].insert(message.nasPDU)
        }
        if !message.nasPDU.isEmpty, let place = places[message.ranDeviceNGAPID],
            case .reply(let pdu, _) = devices[place].receive(message.nasPDU)
        {
            answer = pdu
        }
        let response = CommandResponse(
            session: message.session, ranDeviceNGAPID: message.ranDeviceNGAPID, nasPDU: answer)
        if acknowledged.insert(message.ranDeviceNGAPID).inserted {
            try receiveSpooled(.commandResponse(response), message.session)
        } else {
            try receive(.commandResponse(response))
        }
    }

    private func receiveSpooled(_ message: NGAPPDU, _ session: AIoTSessionName) throws {
        spool[session.correlationIdentifier, default: []].append(message)
        try receive(message)
    }
}
