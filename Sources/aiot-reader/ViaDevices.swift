import AIoTBase
import AIoTF
import AIoTFService

/// Whom the AIoTF of `inventory --via` knows: simulated devices, or those of a store, which it has for itself meanwhile.
final class ViaDevices {
    let registry: Registry
    let targets: [InventoryTarget]
    let state: StoredState
    /// Of the last order that the store knows.
    let lastOrder: UInt64
    private let store: DeviceStore?
    private let lock: StoreLock?
    private let generation: Int

    init(registry: Registry, targets: [InventoryTarget]) {
        self.registry = registry
        self.targets = targets
        state = StoredState()
        store = nil
        lock = nil
        generation = 0
        lastOrder = 0
    }

    /// Opens the store that the options name.
    /// - Throws: exit status, after it has said why.
    init(options: InventoryOptions) throws {
        var settings = AIoTFSettings()
        settings.store = options.store
        settings.keyFile = options.keyFile
        lock = try reportingFailures { try StoreLock(store: options.store ?? "") }
        let store = try reportingFailures { try settings.openStore(.existing) }
        self.store = store
        (registry, state, generation) = try reportingFailures { try store.loadState() }
        lastOrder = try reportingFailures { try store.lastOrder() }
        targets =
            switch options.target {
            case .all: [.all]
            case .group: registry.groups.keys.sorted { $0.lexicographicallyPrecedes($1) }.map { .group($0) }
            case .device: registry.deviceIDs.map { .device($0) }
            }
        guard !targets.isEmpty else {
            Console.report("the store has no \(options.target.rawValue): provision one, or take another --target")
            throw Ending.configuration
        }
    }

    /// Devices that are meant.
    var expected: Int {
        var devices: Set<[UInt8]> = []
        for target in targets {
            switch target {
            case .all: devices.formUnion(registry.deviceIDs)
            case .group(let id): devices.formUnion(registry.groups[id]?.members ?? [])
            case .device(let id): devices.insert(id)
            }
        }
        return devices.count
    }

    /// Makes durable what has to be before what follows may leave.
    func keep(_ actions: [AIoTFAction]) throws { try store?.commit(actions, decidedWith: generation) }
}
