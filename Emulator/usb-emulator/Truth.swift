import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import LoopbackFrontEnd

/// What the devices know to be true, and what they keep without a carrier, in files; as the loopback front end writes them.
struct Truth {
    private let memory: DeviceMemoryFile?
    private let journal: AirJournal?
    private var before: [Nonce?]
    private var lastPaged: Nonce?

    /// - Throws: where a file cannot be used.
    init(of population: Population, seed: UInt64, journal: String?, memory: String?) throws {
        self.memory = try memory.map {
            try DeviceMemoryFile(path: $0, seed: seed, new: population.devices.map(\.nas.nonVolatile))
        }
        self.journal = try journal.map { try AirJournal(path: $0, population: population) }
        before = population.devices.map { _ in nil }
    }

    /// What the devices are after a message of the reader.
    mutating func note(_ message: R2DMessage, _ devices: [Device]) {
        memory?.keep(devices)
        journal?.note(message, before: before, after: devices, lastPaged: &lastPaged)
        before = devices.map(\.acknowledgedNonce1)
    }
}
