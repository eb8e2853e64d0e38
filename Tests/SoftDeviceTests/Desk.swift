import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import EmulatedAir
import Glibc
import SoftDevice
import StreamFrontEnd
import Synchronization
import Testing
import Transceiver

/// Two boxes on a desk, moved in sample time: a reader, and devices behind the other one.
final class Desk: Sendable {
    /// What differs between tests.
    struct Settings {
        var devices = 1
        /// Of the second box, against the reader's.
        var frequencyOffsetHz = 700.0
        var clockErrorPPM = 0.0
        /// How much of what it sends the second box hears.
        var leak = AirGain(0.3, phase: 2)
        /// Samples between a decision and the air.
        var latencySamples = 4_096
        var soft = SoftDeviceSettings()
        var largestClockError = 0.02
    }

    let boxes: EmulatedBoxes
    let reader: DeskReader
    let soft: SoftDevices
    let population: Population
    private let told = Told()

    private final class Told: Sendable {
        let events = Mutex<[SoftDeviceEvent]>([])
    }

    static let softBox = 1
    private static let blockSamples = 2_048

    init(_ settings: Settings = Settings()) throws {
        let configuration = SecurityConfiguration(
            profile: [.replayProtection, .deviceAuthentication],
            algorithms: SecurityAlgorithms(ciphering: .nea2, integrity: .nia2), counterWindow: 3)
        population = Population(
            count: settings.devices, configuration: configuration, largestClockError: settings.largestClockError,
            seed: 1)
        var box = AirBox("Emulated box of the devices")
        box.frequencyOffsetHz = settings.frequencyOffsetHz
        box.clockErrorPPM = settings.clockErrorPPM
        let air = BoxAirSettings(
            boxes: [AirBox("Emulated reader"), box],
            couplings: [
                [AirGain(0.5, phase: 0.7), AirGain(0.1, phase: -1)], [AirGain(0.05, phase: 3), settings.leak],
            ])
        var pacing = EmulatedBoxesSettings(pacing: .stepped)
        pacing.blockSamples = Self.blockSamples
        pacing.transmitLatencySamples = settings.latencySamples
        let boxes = EmulatedBoxes(air, pacing)
        self.boxes = boxes
        reader = try DeskReader(boxes.transceivers[0])
        let told = told
        let transceiver = boxes.transceivers[Self.softBox]
        soft = SoftDevices(
            devices: population.devices, transmitter: transceiver, receiver: transceiver, settings: settings.soft
        ) { event in told.events.withLock { $0.append(event) } }
        // The time of the air is all the time there is: a slow machine stalls nothing.
        soft.start { AirTime(nanoseconds: Int64(Double(boxes.position) / DeskReader.sampleRateHz * 1e9)) }
        // A start in the middle of a block would make another relation.
        wait(until: { boxes.counts(of: Self.softBox).starts > 0 }, after: {})
    }

    func stop() {
        soft.stop()
        reader.stop()
    }

    var events: [SoftDeviceEvent] { told.events.withLock { $0 } }

    var relations: [Int64] {
        events.compactMap { if case .related(let latency) = $0 { latency } else { nil } }
    }

    var remedies: [String] {
        events.compactMap { if case .late(_, let remedy) = $0 { remedy } else { nil } }
    }

    /// Moves the air by a block; what it brought has been processed then.
    func step() {
        boxes.step()
        while soft.waitingOctets > 0 { usleep(50) }
    }

    func run(seconds: Double) {
        let end = boxes.position + Int64(seconds * DeskReader.sampleRateHz)
        while boxes.position < end { step() }
    }

    /// Moves the air until `isTrue`.
    func run(until isTrue: () -> Bool) { wait(until: isTrue, after: step) }

    private func wait(until isTrue: () -> Bool, after step: () -> Void) {
        let deadline = ContinuousClock.now + .seconds(120)
        while !isTrue() {
            guard ContinuousClock.now < deadline else {
                Issue.record("it did not come to that: \(soft.status.why)")
                return
            }
            step()
            usleep(100)
        }
    }

    /// The devices listen and can answer.
    func listen() { run { !relations.isEmpty } }

    /// How Msg1 or an access response is sent, `milliseconds` after its frame.
    static func schedule(_ octets: UInt8, milliseconds: Double, rateCode: UInt8 = 4) -> Schedule {
        Schedule(
            rateCode: rateCode, subcarrierCode: 1, transportBlockOctets: octets,
            startOffset: UInt16((milliseconds - 0.25) * 20))
    }

    /// A paging of the whole population, the `number`th.
    func paging(
        _ schedule: Schedule, access: AccessMode = .cbra, q: UInt8 = 0, yCode: UInt8 = 0, number: UInt32 = 0
    ) throws -> R2DMessage {
        var generator = SeededGenerator(seed: UInt64(number))
        let nonce1 = Nonce(drawnFrom: &generator)
        var cost = CryptoCost()
        let identity = try PagingIdentity.make(
            for: .group(groupID: population.group.id, key: population.group.key),
            configuration: population.configuration, counter: number, nonce1: nonce1, cost: &cost)
        return .paging(
            Paging(
                transactionID: TransactionID(2), access: access, yCode: yCode, q: q,
                asID: access == .cfra ? ASID(3) : .none, schedule: schedule,
                sdu: try NASPaging(nonce1: nonce1, identity: identity).encoded()))
    }
}
