import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import AIoTSecurity
import AIoTWorld
import EmulatedAir
import Glibc
import RadioFrontEnd
import SoftDevice
import StreamFrontEnd
import Synchronization
import Transceiver

/// A whole inventory on a desk: AIoTF and reader core above a stream front end on one box, devices behind another one.
struct DeskInventory {
    /// What the threads reach.
    private final class Air: Sendable {
        let events = Mutex<[RadioEvent]>([])
        let soft = Mutex<SoftDevices?>(nil)
        let frontEnd = Mutex<StreamFrontEnd?>(nil)

        /// Nothing is held up by a slow build: the air waits for both sides; not for ever, should one have ended.
        func wait() {
            for _ in 0..<50_000 {
                let waiting = soft.withLock { $0?.waitingOctets ?? 0 }
                guard waiting > 0 || frontEnd.withLock({ $0?.waitingOctets ?? 0 }) > 40_000 else { return }
                usleep(100)
            }
        }
    }

    let frontEnd: StreamFrontEnd
    let soft: SoftDevices
    let population: Population
    private(set) var results: [DeviceResult] = []
    private(set) var isFinished = false
    private let air = Air()
    private let boxes: EmulatedBoxes
    private var reader: AIoTReader.Reader
    private var aiotf: AIoTF
    private let readerID = ReaderID(1)
    private let link = LinkID(0)
    private let start = ContinuousClock.now

    init(devices: Int, minTurnaroundMilliseconds: Int) throws {
        let security = SecurityConfiguration(
            profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
            counterWindow: 15)
        population = Population(count: devices, configuration: security, largestClockError: 0, seed: 7)
        let registry = try Registry(of: population)
        var box = AirBox("Emulated box of the devices")
        (box.frequencyOffsetHz, box.clockErrorPPM) = (900, 12)
        var pacing = EmulatedBoxesSettings()
        pacing.hold = { [air] in air.wait() }
        let boxes = EmulatedBoxes(
            BoxAirSettings(
                boxes: [AirBox("Emulated reader"), box],
                couplings: [[AirGain(0.5), AirGain(0.1)], [AirGain(0.05, phase: 3), AirGain(0.3, phase: 2)]]), pacing)
        self.boxes = boxes
        let (ours, theirs) = (boxes.transceivers[0], boxes.transceivers[1])
        frontEnd = StreamFrontEnd(
            name: "desk", transmitter: ours, receiver: ours, profile: .oursV0, stallTime: .milliseconds(5_000))
        soft = SoftDevices(devices: population.devices, transmitter: theirs, receiver: theirs) { _ in }
        var configuration = ReaderConfiguration()
        configuration.minTurnaroundMilliseconds = minTurnaroundMilliseconds
        reader = AIoTReader.Reader(configuration: configuration)
        aiotf = AIoTF(registry: registry, generator: SeededGenerator(seed: 7))
    }

    private var now: AirTime {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return AirTime(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Whether each device was told once, authenticated.
    var hasFoundAll: Bool {
        results.allSatisfy(\.authenticated) && results.count == population.provisioning.count
            && Set(results.map(\.deviceID)) == Set(population.provisioning.map(\.deviceID))
    }

    /// Orders an inventory of all devices and runs it to its end, 2 minutes at most.
    mutating func run() {
        air.soft.withLock { $0 = soft }
        air.frontEnd.withLock { $0 = frontEnd }
        let (start, events) = (start, air)
        frontEnd.start {
            let (seconds, attoseconds) = (ContinuousClock.now - start).components
            return AirTime(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
        } _: { event in
            events.events.withLock { $0.append(event) }
        }
        soft.start { [boxes] in AirTime(nanoseconds: Int64(Double(boxes.position) / 1.92e6 * 1e9)) }
        defer {
            frontEnd.stop()
            soft.stop()
            air.frontEnd.withLock { $0 = nil }
            air.soft.withLock { $0 = nil }
        }
        let limit = now + .milliseconds(120_000)
        while frontEnd.status.state != .ready || soft.status.state != .ready {
            guard now < limit else { return }
            usleep(1_000)
        }
        aiotf.handle(.readerConnected(readerID), at: now)
        reader.handle(.linkUp(link), at: now)
        settle()
        aiotf.handle(.inventoryOrdered(InventoryOrder(target: .group(population.group.id)), id: 1), at: now)
        settle()
        while !isFinished, now < limit {
            takeEvents()
            reader.advance(to: now)
            aiotf.advance(to: now)
            settle()
            usleep(500)
        }
    }

    private mutating func takeEvents() {
        let events = air.events.withLock { events in
            defer { events = [] }
            return events
        }
        for event in events {
            switch event {
            case .transmissionEnded(let id, let outcome):
                reader.handle(.transmissionEnded(id: id, reports: outcome.reports), at: now)
            case .carrierLost: reader.handle(.carrierLost, at: now)
            case .stateChanged, .channelHeard: break
            }
        }
    }

    private mutating func settle() {
        while true {
            if let order = reader.nextOutput() {
                carryOut(order)
            } else if let action = aiotf.nextAction() {
                carryOut(action)
            } else {
                return
            }
        }
    }

    private mutating func carryOut(_ order: ReaderOrder) {
        switch order {
        case .carrier(let isOn): frontEnd.setCarrier(isOn: isOn, at: now)
        case .transmit(let transmission): frontEnd.transmit(transmission, at: now)
        case .sendToAIoTF(_, let octets): aiotf.handle(.received(readerID, octets), at: now)
        case .relay(let relay):
            aiotf.handle(.received(readerID, relay.octets), at: now)
            reader.handle(.relayed(id: relay.id), at: now)
        case .notice, .listen: break
        }
    }

    private mutating func carryOut(_ action: AIoTFAction) {
        switch action {
        case .send(_, let octets): reader.handle(.receivedFromAIoTF(link, octets), at: now)
        case .result(_, let result): results.append(result)
        case .finished: isFinished = true
        case .persist, .close: break
        }
    }
}
