import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import NGAP
import RadioFrontEnd

/// A world of simulated devices at burst level, the inventories in it, and what came of them.
struct BurstInventory {
    /// What a run collects; the world's watcher is a closure.
    private final class Log {
        var results: [DeviceResult] = []
        var summaries: [InventorySummary] = []
        var frames: [AirFrame] = []
        var ngap: [[UInt8]] = []
        var dropped: [DropReason] = []
        var notices: [ReaderNotice] = []
        var carrier: [(isOn: Bool, time: AirTime)] = []
        var completed = AirTime.zero
    }

    var world: World
    let population: Population
    let target: PagingTargetKind
    private(set) var ended = false
    private let log = Log()

    var results: [DeviceResult] { log.results }
    var summary: InventorySummary? { log.summaries.last }
    var summaries: [InventorySummary] { log.summaries }
    var frames: [AirFrame] { log.frames }
    var ngap: [[UInt8]] { log.ngap }
    /// What the reader dropped, in order.
    var dropped: [DropReason] { log.dropped }
    var notices: [ReaderNotice] { log.notices }
    /// When the last inventory was complete; all begin at 0.
    var airSeconds: Double { log.completed.seconds }
    /// Each switch of the carrier.
    var carrier: [(isOn: Bool, time: AirTime)] { log.carrier }

    static let limit = AirTime(nanoseconds: 36_000_000_000_000)

    /// A world in which nothing has been ordered yet.
    init(
        quietWorldOf devices: Int, configuration: SecurityConfiguration, target: PagingTargetKind, seed: UInt64 = 1,
        conditions: BurstAirConditions = BurstAirConditions(), reader: ReaderConfiguration = ReaderConfiguration(),
        coreRoundTrip: AirDuration = .zero, dropsCarrierAfter: ((AirFrame) -> Bool)? = nil,
        injects: ((R2DMessage, BurstRadio.Moment) -> [R2DMessage])? = nil, alter: (inout Population) -> Void = { _ in }
    ) throws {
        var population = Population(
            count: devices, configuration: configuration, largestClockError: 0.02, seed: seed)
        let registry = try Self.registry(of: population, target: target)
        alter(&population)
        self.population = population
        self.target = target
        var radio = BurstRadio(
            air: BurstAir(devices: population.devices, conditions: conditions, profile: .oursV0, seed: seed &+ 1),
            profile: .oursV0)
        radio.injects = injects
        world = World(
            reader: AIoTReader.Reader(configuration: reader),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: seed &+ 2)),
            radio: radio, coreRoundTrip: coreRoundTrip
        ) { [log] happening in
            switch happening {
            case .frame(let frame): log.frames.append(frame)
            case .ngap(_, let octets, _): log.ngap.append(octets)
            case .result(let result, _): log.results.append(result)
            case .finished(let summary, _): log.summaries.append(summary)
            case .notice(.dropped(let reason), _): log.dropped.append(reason)
            case .notice(let notice, let time):
                if case .inventoryComplete = notice { log.completed = time }
                log.notices.append(notice)
            case .carrier(let isOn, let time): log.carrier.append((isOn, time))
            }
        }
        world.dropsCarrierAfter = dropsCarrierAfter
        world.start()
    }

    /// The same with one inventory, run to its end.
    init(
        devices: Int, configuration: SecurityConfiguration, target: PagingTargetKind, command: FollowOnCommand? = nil,
        seed: UInt64 = 1, conditions: BurstAirConditions = BurstAirConditions(),
        reader: ReaderConfiguration = ReaderConfiguration(), coreRoundTrip: AirDuration = .zero,
        dropsCarrierAfter: ((AirFrame) -> Bool)? = nil,
        injects: ((R2DMessage, BurstRadio.Moment) -> [R2DMessage])? = nil, alter: (inout Population) -> Void = { _ in }
    ) throws {
        try self.init(
            quietWorldOf: devices, configuration: configuration, target: target, seed: seed, conditions: conditions,
            reader: reader, coreRoundTrip: coreRoundTrip, dropsCarrierAfter: dropsCarrierAfter, injects: injects,
            alter: alter)
        run(command: command)
    }

    private static func registry(of population: Population, target: PagingTargetKind) throws -> Registry {
        var registry = Registry()
        for entry in population.provisioning {
            try registry.provision(
                DeviceRecord(id: entry.deviceID, key: entry.key, configuration: population.configuration))
        }
        guard target == .group else { return registry }
        try registry.provision(
            GroupRecord(
                id: population.group.id, key: population.group.key, configuration: population.configuration,
                members: population.provisioning.map(\.deviceID)))
        return registry
    }

    /// Orders an inventory of every device, one order each where devices are paged singly.
    mutating func order(command: FollowOnCommand? = nil) {
        let targets: [InventoryTarget] =
            switch target {
            case .single: population.provisioning.map { .device($0.deviceID) }
            case .group: [.group(population.group.id)]
            case .all: [.all]
            }
        for target in targets { world.order(InventoryOrder(target: target, command: command)) }
    }

    /// One inventory, run to its end.
    mutating func run(command: FollowOnCommand? = nil) {
        order(command: command)
        ended = world.run(until: Self.limit)
    }

    /// Forgets what was collected, to look at the next inventory alone.
    func forgetLog() {
        log.results = []
        log.summaries = []
        log.frames = []
        log.ngap = []
        log.dropped = []
    }
}

extension BurstInventory {
    var radio: BurstRadio? { world.radio as? BurstRadio }

    /// Whether the results hold each device exactly once.
    var foundEachOnce: Bool {
        results.count == population.provisioning.count
            && Set(results.map(\.deviceID)) == Set(population.provisioning.map(\.deviceID))
    }

    var allAuthenticated: Bool { results.allSatisfy(\.authenticated) }

    /// nonce1 of each Inventory Request, in order.
    var requestedNonces: [[UInt8]] {
        ngap.compactMap { octets in
            guard case .inventoryRequest(let message)? = try? NGAPPDU(decoding: octets) else { return nil }
            return message.randN.octets
        }
    }

    /// nonce1 of each Paging on the air, a repeated one once.
    var pagedNonces: [[UInt8]] {
        var nonces: [[UInt8]] = []
        for frame in frames where frame.isR2D {
            guard case .paging(let paging)? = try? R2DMessage(decoding: frame.octets) else { continue }
            let nonce = Array(paging.sdu.dropFirst().prefix(16))
            if nonces.last != nonce { nonces.append(nonce) }
        }
        return nonces
    }
}

extension SecurityConfiguration {
    /// Replay protection, both authentications and the key hint, under both algorithms, with a window of 15.
    static let standard = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x17), algorithms: .strong, counterWindow: 15)
    /// The same without network authentication.
    static let withoutNetworkAuthentication = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x13), algorithms: .strong, counterWindow: 15)
    /// The standard one with commands.
    static let commanded = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x57), algorithms: .strong, counterWindow: 15)
    /// The standard one with the paging tag.
    static let tagged = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x37), algorithms: .strong, counterWindow: 15)
    /// The standard one with resynchronisation of counters.
    static let resynchronising = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x1F), algorithms: .strong, counterWindow: 15)
    /// The standard one without key hint: the AIoTF tries every key.
    static let withoutHint = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x07), algorithms: .strong, counterWindow: 15)
}

extension SecurityAlgorithms {
    static let strong = SecurityAlgorithms(ciphering: .nea2, integrity: .nia2)
}

/// A target with a way to the channel.
struct Way: CustomStringConvertible, Sendable {
    var target: PagingTargetKind
    var mode: AccessMode

    var description: String { "\(target) by \(mode)" }

    var reader: ReaderConfiguration {
        var configuration = ReaderConfiguration()
        configuration.accessMode = mode
        return configuration
    }

    /// CFRA is for one device.
    static let all =
        [Way(target: .single, mode: .cfra)]
        + PagingTargetKind.allCases.flatMap { target in
            [AccessMode.cbra, .direct].map { Way(target: target, mode: $0) }
        }
}
