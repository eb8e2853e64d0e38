import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Recording
import Synchronization

/// An inventory of a group in virtual time over any radio, and what came of it; the same seed, the same AIoTF.
struct RecordedInventory {
    var results: [DeviceResult] = []
    var frames: [AirFrame] = []
    var hasEnded = false

    private final class Log {
        var results: [DeviceResult] = []
        var frames: [AirFrame] = []
    }

    static let seed: UInt64 = 11

    static func population(_ devices: Int) -> Population {
        Population(
            count: devices,
            configuration: SecurityConfiguration(
                profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
                counterWindow: 15),
            largestClockError: 0.02, seed: seed)
    }

    /// The simulated air with a recorder on it.
    static func recorded(
        devices: Int, reader: ReaderConfiguration, snrDB: Double = 20, tap: SampleTap
    ) throws -> RecordedInventory {
        let population = population(devices)
        var conditions = SampleAirConditions()
        conditions.snrDB = snrDB
        conditions.bitRateHz = reader.bitRateHz
        let air = SampleAir(
            devices: population.devices, conditions: conditions, profile: reader.profile,
            sampleRateHz: reader.sampleRateHz, seed: seed)
        let radio = SampleRadio(air: air, profile: reader.profile, sampleRateHz: reader.sampleRateHz) {
            tap.append($0)
        }
        return try Self(devices: devices, reader: reader, radio: TappedRadio(radio: radio, tap: tap))
    }

    init(devices: Int, reader: ReaderConfiguration, radio: any LoopbackRadio) throws {
        let population = Self.population(devices)
        let registry = try Registry(of: population)
        let log = Log()
        var world = World(
            reader: Reader(configuration: reader),
            aiotf: AIoTF(registry: registry, generator: SeededGenerator(seed: Self.seed)), radio: radio
        ) { happening in
            switch happening {
            case .result(let result, _): log.results.append(result)
            case .frame(let frame): log.frames.append(frame)
            default: break
            }
        }
        world.start()
        world.order(InventoryOrder(target: .group(population.group.id)))
        hasEnded = world.run(until: AirTime(nanoseconds: 60_000_000_000))
        (results, frames) = (log.results, log.frames)
    }

    var deviceIDs: Set<[UInt8]> { Set(results.filter(\.authenticated).map(\.deviceID)) }

    /// Direction and octets of each frame.
    var exchange: [String] { frames.map { ($0.isR2D ? "R2D " : "D2R ") + Hex.encoded($0.octets) } }
}

/// A radio that tells a tap what comes of its frames.
private struct TappedRadio: LoopbackRadio {
    var radio: SampleRadio
    let tap: SampleTap

    mutating func perform(_ transmission: R2DTransmission, at time: AirTime) -> RadioOutcome {
        let outcome = radio.perform(transmission, at: time)
        tap.ended(outcome)
        return outcome
    }
    mutating func idle(until time: AirTime) { radio.idle(until: time) }
    mutating func setCarrier(isOn: Bool, at time: AirTime) { radio.setCarrier(isOn: isOn, at: time) }
    var devices: [Device] { radio.devices }
    mutating func setPresent(_ isPresent: Bool, device index: Int) {}
}

/// A front end that is driven in virtual time: each frame waits for what comes of it.
final class FrontEndRadio: LoopbackRadio {
    private final class Inbox: Sendable {
        let now = Mutex(AirTime.zero)
        let events = Mutex<[RadioEvent]>([])
    }

    private let frontEnd: any RadioFrontEnd
    private let inbox = Inbox()
    /// Why the front end is absent.
    private(set) var absence: String?

    init(_ frontEnd: any RadioFrontEnd) {
        self.frontEnd = frontEnd
        let inbox = inbox
        frontEnd.start(clock: { inbox.now.withLock { $0 } }) { event in inbox.events.withLock { $0.append(event) } }
    }

    func perform(_ transmission: R2DTransmission, at time: AirTime) -> RadioOutcome {
        inbox.now.withLock { $0 = time }
        guard absence == nil else { return RadioOutcome(end: time, reports: [], frames: []) }
        frontEnd.transmit(transmission, at: time)
        while true {
            switch inbox.events.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            case .transmissionEnded(_, let outcome): return outcome
            case .stateChanged(.absent, let why):
                absence = why
                return RadioOutcome(end: time, reports: [], frames: [])
            default: waitAMoment()
            }
        }
    }

    func idle(until time: AirTime) {}
    func setCarrier(isOn: Bool, at time: AirTime) { frontEnd.setCarrier(isOn: isOn, at: time) }
    var devices: [Device] { [] }
    func setPresent(_ isPresent: Bool, device index: Int) {}
    func stop() { frontEnd.stop() }
}
