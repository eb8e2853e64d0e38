import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import Testing

/// An inventory of simulated devices at burst level, and what came of it.
struct BurstInventory {
    var results: [DeviceResult] = []
    var summary: InventorySummary?
    var frames: [AirFrame] = []
    var ngap: [[UInt8]] = []
    var ended = false
    var world: World

    /// What a run collects; the world's watcher is a closure.
    private final class Log {
        var results: [DeviceResult] = []
        var summary: InventorySummary?
        var frames: [AirFrame] = []
        var ngap: [[UInt8]] = []
    }

    init(
        devices: Int, configuration: SecurityConfiguration, target: PagingTargetKind, command: FollowOnCommand? = nil,
        seed: UInt64 = 1, conditions: BurstAirConditions = BurstAirConditions(),
        reader: ReaderConfiguration = ReaderConfiguration(), coreRoundTrip: AirDuration = .zero,
        dropsCarrierAfter: ((AirFrame) -> Bool)? = nil, alter: (inout Population) -> Void = { _ in }
    ) throws {
        var population = Population(
            count: devices, configuration: configuration, largestClockError: 0.02, seed: seed)
        var registry = Registry()
        for entry in population.provisioning {
            try registry.provision(
                DeviceRecord(id: entry.deviceID, key: entry.key, configuration: configuration))
        }
        if target == .group {
            try registry.provision(
                GroupRecord(
                    id: population.group.id, key: population.group.key, configuration: configuration,
                    members: population.provisioning.map(\.deviceID)))
        }
        alter(&population)
        let log = Log()
        let air = BurstAir(devices: population.devices, conditions: conditions, profile: .oursV0, seed: seed &+ 1)
        world = World(
            reader: Reader(configuration: reader),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: seed &+ 2)),
            radio: BurstRadio(air: air, profile: .oursV0), coreRoundTrip: coreRoundTrip
        ) { happening in
            switch happening {
            case .frame(let frame): log.frames.append(frame)
            case .ngap(_, let octets, _): log.ngap.append(octets)
            case .result(let result, _): log.results.append(result)
            case .finished(let summary, _): log.summary = summary
            case .notice: break
            }
        }
        world.dropsCarrierAfter = dropsCarrierAfter
        world.start()
        let targets: [InventoryTarget] =
            switch target {
            case .single: population.provisioning.map { .device($0.deviceID) }
            case .group: [.group(population.group.id)]
            case .all: [.all]
            }
        for target in targets { world.order(InventoryOrder(target: target, command: command)) }
        ended = world.run(until: AirTime(nanoseconds: 3_600_000_000_000))
        results = log.results
        summary = log.summary
        frames = log.frames
        ngap = log.ngap
    }
}

@Suite struct WorldTests {
    private static let standard = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
        counterWindow: 15)

    @Test func aGroupOfTwentyIsFoundAndAuthenticated() throws {
        let inventory = try BurstInventory(devices: 20, configuration: Self.standard, target: .group)
        #expect(inventory.ended)
        #expect(inventory.results.count == 20)
        #expect(inventory.results.allSatisfy { $0.authenticated })
    }
}

/// Profile bits 0 to 6 with each algorithm octet and each kind of target.
@Suite struct ProfileTests {
    @Test(arguments: [PagingTargetKind.single, .group, .all])
    func everyProfileCompletesWithThreeDevicesOrIsRefused(target: PagingTargetKind) throws {
        var completed = 0
        var refused = 0
        for profile in UInt8(0)...0x7F {
            for algorithms in SecurityAlgorithms.all {
                for window in [UInt32(0), 3] {
                    let configuration = SecurityConfiguration(
                        profile: SecurityProfile(rawValue: profile), algorithms: algorithms, counterWindow: window)
                    let label = "profile \(profile), algorithms \(algorithms.octet), window \(window), \(target)"
                    guard configuration.refusals(for: target).isEmpty else {
                        #expect(isRefused(configuration, target), "\(label) is not refused")
                        refused += 1
                        continue
                    }
                    let isCommanded = configuration.profile.contains(.followOnCommands)
                    let inventory = try BurstInventory(
                        devices: 3, configuration: configuration, target: target,
                        command: isCommanded ? .read(offset: 0, length: 4) : nil, seed: UInt64(profile) + 1)
                    #expect(inventory.ended, "\(label) does not end")
                    #expect(inventory.results.count == 3, "\(label) finds \(inventory.results.count)")
                    let isAuthenticated =
                        configuration.profile.contains(.deviceAuthentication) || algorithms.hasIntegrity
                    for result in inventory.results {
                        #expect(result.authenticated == isAuthenticated, "\(label)")
                        if isCommanded, case .response(let response) = result.command {
                            #expect(response.status == .done && response.data.count == 4, "\(label)")
                        } else {
                            #expect(!isCommanded, "\(label): the command failed")
                        }
                    }
                    completed += 1
                }
            }
        }
        print(target, "completed", completed, "refused", refused)
        #expect(completed > 0 && refused > 0)
    }

    /// Whether provisioning or ordering refuses the configuration.
    private func isRefused(_ configuration: SecurityConfiguration, _ target: PagingTargetKind) -> Bool {
        guard let inventory = try? BurstInventory(devices: 3, configuration: configuration, target: target) else {
            return true
        }
        return inventory.summary?.refusal != nil && inventory.results.isEmpty
    }
}
