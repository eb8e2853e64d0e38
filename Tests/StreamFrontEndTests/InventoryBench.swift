import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTF
import AIoTReader
import AIoTSecurity
import AIoTWorld
import EmulatedAir
import Glibc
import RadioFrontEnd
import StreamFrontEnd

/// Reader core and AIoTF in one small loop above a stream front end.
struct InventoryBench {
    let radio: RadioBench
    let population: Population
    private var reader: AIoTReader.Reader
    private var aiotf: AIoTF
    private let readerID = ReaderID(1)
    private let link = LinkID(0)
    private(set) var results: [DeviceResult] = []
    private(set) var isFinished = false
    private var orders: UInt64 = 0
    private(set) var transmissions: [R2DTransmission] = []
    private(set) var outcomes: [RadioOutcome] = []
    private(set) var carrierLosses = 0

    init(
        devices: Int, seed: UInt64, keepsSent: Bool = false, air: ([Device]) -> BoxAirSettings
    ) throws {
        let configuration = SecurityConfiguration(
            profile: SecurityProfile(rawValue: 0x17), algorithms: .init(ciphering: .nea2, integrity: .nia2),
            counterWindow: 15)
        population = Population(count: devices, configuration: configuration, largestClockError: 0.02, seed: seed)
        let registry = try Registry(of: population)
        radio = RadioBench(air(population.devices), keepsSent: keepsSent)
        reader = AIoTReader.Reader(configuration: ReaderConfiguration())
        aiotf = AIoTF(registry: registry, generator: SeededGenerator(seed: seed))
        aiotf.handle(.readerConnected(readerID), at: radio.now)
        reader.handle(.linkUp(link), at: radio.now)
        settle()
        radio.begin()
    }

    /// Whether each device was told once, authenticated.
    var hasFoundAll: Bool {
        results.count == population.provisioning.count && Set(results.map(\.deviceID)).count == results.count
            && results.allSatisfy(\.authenticated)
    }

    /// Orders an inventory of all devices and runs it to its end.
    mutating func run(watching: (Self) -> Void = { _ in }) {
        guard radio.waits(until: { radio.frontEnd.status.state.isUsable }) else { return }
        // What was told on the way there is over.
        for event in radio.takeEvents() { take(event) }
        orders += 1
        isFinished = false
        results = []
        let order = InventoryOrder(target: .group(population.group.id))
        aiotf.handle(.inventoryOrdered(order, id: orders), at: radio.now)
        settle()
        let limit = radio.now + .milliseconds(60_000)
        while !isFinished, radio.now < limit {
            for event in radio.takeEvents() { take(event) }
            reader.advance(to: radio.now)
            aiotf.advance(to: radio.now)
            settle()
            watching(self)
            usleep(500)
        }
    }

    private mutating func take(_ event: RadioEvent) {
        switch event {
        case .transmissionEnded(let id, let outcome):
            outcomes.append(outcome)
            reader.handle(.transmissionEnded(id: id, reports: outcome.reports), at: radio.now)
        case .carrierLost:
            carrierLosses += 1
            reader.handle(.carrierLost, at: radio.now)
        case .stateChanged(let state, _):
            reader.handle(.radioChanged(isUsable: state.isUsable), at: radio.now)
        case .channelHeard(let level):
            reader.handle(.channelHeard(levelDBFS: level), at: radio.now)
        }
    }

    private mutating func settle() {
        var isBusy = true
        while isBusy {
            isBusy = false
            while let order = reader.nextOutput() {
                carryOut(order)
                isBusy = true
            }
            while let action = aiotf.nextAction() {
                carryOut(action)
                isBusy = true
            }
        }
    }

    private mutating func carryOut(_ order: ReaderOrder) {
        switch order {
        case .carrier(let isOn): radio.frontEnd.setCarrier(isOn: isOn, at: radio.now)
        case .transmit(let transmission):
            transmissions.append(transmission)
            radio.frontEnd.transmit(transmission, at: radio.now)
        case .sendToAIoTF(_, let octets): aiotf.handle(.received(readerID, octets), at: radio.now)
        case .relay(let relay):
            aiotf.handle(.received(readerID, relay.octets), at: radio.now)
            reader.handle(.relayed(id: relay.id), at: radio.now)
        case .listen(let duration): radio.frontEnd.listen(for: duration)
        case .notice: break
        }
    }

    private mutating func carryOut(_ action: AIoTFAction) {
        switch action {
        case .send(_, let octets): reader.handle(.receivedFromAIoTF(link, octets), at: radio.now)
        case .result(_, let result): results.append(result)
        case .finished: isFinished = true
        case .persist, .close: break
        }
    }
}
