import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import Testing

@Suite struct SampleInventoryTests {
    private static let configuration = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
        counterWindow: 15)

    private final class Log {
        var results: [DeviceResult] = []
    }

    @Test(arguments: 1...20)
    func fiftyDevicesAreAuthenticatedAtFifteenDecibel(seed: UInt64) throws {
        let population = Population(
            count: 50, configuration: Self.configuration, largestClockError: 0.02, seed: seed)
        var registry = Registry()
        for entry in population.provisioning {
            try registry.provision(
                DeviceRecord(id: entry.deviceID, key: entry.key, configuration: entry.configuration))
        }
        try registry.provision(
            GroupRecord(
                id: population.group.id, key: population.group.key, configuration: Self.configuration,
                members: population.provisioning.map(\.deviceID)))
        var conditions = SampleAirConditions()
        conditions.snrDB = 15
        // Every device at 15 dB: none stronger, none weaker.
        conditions.powerSpreadDB = 0
        let reader = ReaderConfiguration()
        let air = SampleAir(
            devices: population.devices, conditions: conditions, profile: .oursV0, sampleRateHz: reader.sampleRateHz,
            seed: seed)
        let log = Log()
        var world = World(
            reader: Reader(configuration: reader),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: seed)),
            radio: SampleRadio(air: air, profile: .oursV0, sampleRateHz: reader.sampleRateHz)
        ) { happening in
            if case .result(let result, _) = happening { log.results.append(result) }
        }
        world.start()
        world.order(InventoryOrder(target: .group(population.group.id)))
        let ended = world.run(until: AirTime(nanoseconds: 60_000_000_000))
        #expect(ended)
        #expect(Set(log.results.map(\.deviceID)).count == 50, "seed \(seed)")
        #expect(log.results.count == 50 && log.results.allSatisfy { $0.authenticated }, "seed \(seed)")
    }
}
