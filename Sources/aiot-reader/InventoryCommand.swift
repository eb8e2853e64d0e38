import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import ArgumentParser
import Foundation

struct InventoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inventory", abstract: "One inventory, here and now.",
        discussion: """
            Without options: 20 simulated devices in front of a loopback radio, waveforms included, and an embedded \
            AIoTF. Devices appear as the AIoTF knows them.
              aiot-reader inventory --devices 150 --air burst --format json
              aiot-reader inventory --profile 0x57 --command read:0,8
              aiot-reader inventory --capture exchange.pcapng --record exchange
            With --via the radio is that of a running daemon, and the AIoTF is here: with simulated devices, those of the \
            daemon's loopback front end with the same --devices, --seed and --profile, or with those of a store \
            (`aiot-reader aiotf provision`), which remembers counters from one inventory to the next.
              aiot-reader inventory --via control.sock --store aiotf.db --key-file a.key
            Exit status: 0; 1 devices were not found; 64 wrong usage; 66 no store or key; 69 no such radio or daemon; 73 a \
            file cannot be written; 75 try again; 77 no permission.
            """)

    @OptionGroup var options: InventoryOptions

    func run() throws {
        if let socket = options.via { return try runVia(socket) }
        let configuration = try securityConfiguration()
        let plan = options.plan(configuration)
        let population = plan.population()
        let registry = try makeRegistry(population)
        let outputs = try InventoryOutputs(
            options: options, readerConfiguration: options.readerConfiguration, title: options.title)
        var world = World(
            reader: Reader(configuration: options.readerConfiguration),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: options.seed &+ 2)),
            radio: plan.radio(of: population, for: options.readerConfiguration, record: outputs.record),
            coreRoundTrip: .milliseconds(Int64(options.coreRtt)), watch: outputs.take)
        world.start()
        for target in targets(population) {
            world.order(InventoryOrder(target: target, command: options.command?.command))
        }
        let ended = world.run(until: AirTime(nanoseconds: 24 * 3_600 * 1_000_000_000))
        outputs.summarise(world, devices: options.devices)
        try outputs.finish()
        if !ended || outputs.found < options.devices { throw Ending.failures }
    }

    /// The reader is a daemon's, and the air is its; the AIoTF is here.
    private func runVia(_ socket: String) throws {
        var devices: ViaDevices
        if options.store != nil {
            devices = try ViaDevices(options: options)
        } else {
            let population = options.plan(try securityConfiguration()).population()
            devices = ViaDevices(registry: try makeRegistry(population), targets: targets(population))
        }
        let outputs = try InventoryOutputs(
            options: options, readerConfiguration: options.readerConfiguration, title: options.title(via: socket))
        var inventory = try InventoryVia(
            socket: socket, devices: devices, command: options.command?.command, outputs: outputs)
        do {
            try inventory.run()
        } catch {
            throw reportedStatus(of: error)
        }
        try outputs.finish()
        if outputs.found < devices.expected { throw Ending.failures }
    }

    /// The configuration of the devices, or exit status 64 with the reason where `spec/1` refuses it.
    private func securityConfiguration() throws -> SecurityConfiguration {
        guard let algorithms = SecurityAlgorithms(octet: options.algorithms.value) else { throw Ending.usage }
        var profile = SecurityProfile(rawValue: options.profile.value)
        if options.command != nil, !profile.contains(.followOnCommands) {
            Console.report("--command sets profile bit 6 (follow-on commands)")
            profile.insert(.followOnCommands)
        }
        let window = options.counterWindow ?? (algorithms.hasIntegrity ? 15 : 0)
        let configuration = SecurityConfiguration(profile: profile, algorithms: algorithms, counterWindow: window)
        let kind = options.targetKind
        for refusal in configuration.refusals(for: kind) {
            Console.report("this combination is refused: \(refusal)")
        }
        guard configuration.refusals(for: kind).isEmpty else { throw Ending.usage }
        for warning in configuration.warnings { Console.report("warning: \(warning)") }
        return configuration
    }

    private func makeRegistry(_ population: Population) throws -> Registry {
        do {
            return try Registry(of: population, hasGroup: options.target == .group)
        } catch {
            Console.report("\(error)")
            throw Ending.usage
        }
    }

    private func targets(_ population: Population) -> [InventoryTarget] {
        switch options.target {
        case .all: [.all]
        case .group: [.group(population.group.id)]
        case .device: population.provisioning.map { .device($0.deviceID) }
        }
    }
}

extension InventoryOptions {
    func plan(_ security: SecurityConfiguration) -> LoopbackPlan {
        LoopbackPlan(
            devices: devices, seed: seed, air: air, security: security, snr: snr, loss: loss, clockError: clockError)
    }

    /// What the output begins with.
    var title: String { title(devices: "air \(air.rawValue)") }

    func title(via socket: String) -> String {
        guard let store else { return title(devices: "via \(socket)") }
        return "the devices of \(store), target \(target.rawValue), via \(socket)"
    }

    private func title(devices end: String) -> String {
        "\(devices) simulated devices, target \(target.rawValue), profile \(profile.defaultValueDescription), "
            + "algorithms \(algorithms.defaultValueDescription), \(end)"
    }

    var targetKind: PagingTargetKind {
        switch target {
        case .all: .all
        case .group: .group
        case .device: .single
        }
    }
}
