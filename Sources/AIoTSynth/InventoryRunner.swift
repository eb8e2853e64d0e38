import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTWorld
import RadioFrontEnd

/// Runs a whole exchange on a scene: reader, AIoTF, devices, and a receiver that hears what the recording does.
struct InventoryRunner {
    let inventory: SynthInventory
    let seed: UInt64
    let script: SynthScript
    let scene: Scene

    func run(key: String, into truth: inout Truth) throws(SynthFailure) {
        let population = Population(
            count: inventory.devices, configuration: inventory.security,
            largestClockError: inventory.largestClockError, seed: seed)
        let registry: Registry
        do {
            registry = try Registry(of: population, hasGroup: inventory.target == .group)
        } catch {
            throw SynthFailure(key: key, text: "\(error)")
        }
        let first = scene.position
        let log = InventoryLog(population: population, target: inventory.target)
        var world = World(
            reader: Reader(configuration: inventory.reader),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: seed &+ 2)),
            radio: radio(population, log), watch: log.take)
        world.start()
        let targets: [InventoryTarget] =
            switch inventory.target {
            case .all: [.all]
            case .group: [.group(population.group.id)]
            case .device: population.provisioning.map { .device($0.deviceID) }
            }
        for target in targets { world.order(InventoryOrder(target: target, command: inventory.command)) }
        let left = Double(script.sampleLimit - first) / script.sampleRateHz
        guard world.run(until: AirTime.zero + AirDuration(seconds: max(left, 0))) else { throw script.tooLong(key) }
        truth.frames += log.frames(
            firstSample: first, sampleRateHz: script.sampleRateHz, chipsPerSymbol: inventory.reader.chipsPerSymbol)
        truth.inventories.append(log.json)
    }

    private func radio(_ population: Population, _ log: InventoryLog) -> SampleRadio {
        var conditions = SampleAirConditions()
        conditions.powerSpreadDB = script.channel.powerSpreadDB
        conditions.deviceToLeakDB = script.channel.deviceToLeakDB
        conditions.leakAmplitude = Float(script.channel.leak)
        let profile = inventory.reader.profile
        var air = SampleAir(
            devices: population.devices, conditions: conditions, profile: profile, sampleRateHz: script.sampleRateHz,
            seed: seed &+ 1)
        air.journal = { message, devices in log.note(message, devices) }
        air.burstJournal = { log.note($0) }
        let scene = scene
        return SampleRadio(
            air: air, profile: profile, sampleRateHz: script.sampleRateHz,
            mix: { carrier, samples in scene.mix(carrier: carrier, reflection: samples) })
    }
}
