import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTMac
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd

/// Air time of whole inventories against the bound of `docs/air-time.md`.
func airTimeBenchmark() {
    print("one frequency position, 7.5 kbit/s, M = 6, profile 0x17 with 128-NEA2 and 128-NIA2")
    print("devices  seeds  bound s  air s  ratio  occasions  rounds  found")
    for (devices, seeds) in [(1, 20), (10, 100), (150, 40), (1_000, 20)] { compare(devices, seeds: seeds, code: 0) }
    print("\nthe same with four frequency positions, Msg3 in parallel")
    for (devices, seeds) in [(10, 100), (150, 40), (1_000, 20)] { compare(devices, seeds: seeds, code: 2) }
    print("\nround trip to the AIoTF: devices, devices/s at 0 ms, at 100 ms, share")
    for devices in [150, 1_000] {
        let fast = run(devices, seeds: 20, code: 0).air
        let slow = run(devices, seeds: 20, code: 0, roundTrip: .milliseconds(100)).air
        print(devices, rounded(Double(devices) / fast), rounded(Double(devices) / slow), rounded(fast / slow))
    }
}

private func compare(_ devices: Int, seeds: Int, code: Int) {
    let isSingle = devices == 1
    let sizes = AirTimeBound.Sizes(paging: 9 + 17 + 2 + (isSingle ? 12 : 6) + 8, answer: 30, report: 19)
    let bound = AirTimeBound(rateCode: 1, chipsPerSymbol: 6, positions: 1 << code, sizes: sizes)
    let least = isSingle ? bound.single : bound.group(devices)
    let runs = run(devices, seeds: seeds, code: code)
    let columns = [
        String(devices), String(seeds), rounded(least), rounded(runs.air), rounded(runs.air / least),
        rounded(runs.occasions), rounded(runs.rounds), "\(runs.found)/\(devices * seeds)",
    ]
    print(columns.joined(separator: "  "))
}

private func rounded(_ value: Double) -> String {
    let thousandths = Int((value * 1_000).rounded())
    let digits = String(thousandths % 1_000)
    return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - digits.count) + digits
}

/// Means over seeds.
private func run(
    _ devices: Int, seeds: Int, code: Int, roundTrip: AirDuration = .zero
) -> (air: Double, occasions: Double, rounds: Double, found: Int) {
    var sum = (air: 0.0, occasions: 0.0, rounds: 0.0, found: 0)
    for seed in 0..<UInt64(seeds) {
        guard let once = try? inventory(devices, seed: 1 + 10 * seed, code: code, roundTrip: roundTrip) else {
            continue
        }
        sum.air += once.air / Double(seeds)
        sum.occasions += Double(once.counters.occasions) / Double(seeds)
        sum.rounds += Double(once.counters.rounds) / Double(seeds)
        sum.found += once.found
    }
    return sum
}

private func inventory(
    _ devices: Int, seed: UInt64, code: Int, roundTrip: AirDuration
) throws -> (air: Double, counters: ReaderCounters, found: Int) {
    final class Log {
        var found = 0
        var end = AirTime.zero
    }
    let algorithms = SecurityAlgorithms(ciphering: .nea2, integrity: .nia2)
    let population = Population(
        count: devices,
        configuration: SecurityConfiguration(
            profile: SecurityProfile(rawValue: 0x17), algorithms: algorithms, counterWindow: 15),
        largestClockError: 0.02, seed: seed)
    var conditions = BurstAirConditions()
    conditions.captureThresholdDB = nil
    var configuration = ReaderConfiguration()
    configuration.rateCode = 1
    configuration.frequencyCode = code
    configuration.maxRounds = 1_000
    let log = Log()
    var world = World(
        reader: Reader(configuration: configuration),
        aiotf: AIoTF(registry: try Registry(of: population), generator: SeededGenerator(seed: seed &+ 2)),
        radio: BurstRadio(
            air: BurstAir(devices: population.devices, conditions: conditions, profile: .oursV0, seed: seed &+ 1),
            profile: .oursV0),
        coreRoundTrip: roundTrip
    ) { happening in
        switch happening {
        case .result: log.found += 1
        case .notice(.inventoryComplete, let time): log.end = time
        default: break
        }
    }
    world.start()
    let target: InventoryTarget =
        devices == 1 ? .device(population.provisioning[0].deviceID) : .group(population.group.id)
    world.order(InventoryOrder(target: target))
    _ = world.run(until: AirTime(nanoseconds: 36_000_000_000_000))
    return (log.end.seconds, world.reader.counters, log.found)
}
