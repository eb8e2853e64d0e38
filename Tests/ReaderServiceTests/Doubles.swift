import AIoTBase
import AIoTMac
import AIoTReader
import CoreLink
import RadioFrontEnd
import ReaderService
import Synchronization

/// What the loop had done, in order.
final class Deeds: Sendable {
    enum Deed: Equatable, Sendable {
        case sent([UInt8])
        case transmitted(id: UInt64, message: String)
        case carrier(isOn: Bool)
        case limits(AirLimits)
    }

    private let deeds = Mutex<[Deed]>([])

    func add(_ deed: Deed) { deeds.withLock { $0.append(deed) } }

    func take() -> [Deed] {
        deeds.withLock { deeds in
            defer { deeds = [] }
            return deeds
        }
    }
}

/// A link that takes everything while it is connected.
final class LinkDouble: AIoTFLink {
    struct State: Sendable {
        var isConnected = false
        var lastNumber: UInt64 = 0
        var processed = 0
        var isBusy = false
    }

    let state = Mutex(State())
    private let deeds: Deeds
    /// Looks at the world at the moment of sending.
    private let onSend: @Sendable () -> Void

    init(deeds: Deeds, onSend: @escaping @Sendable () -> Void) {
        self.deeds = deeds
        self.onSend = onSend
    }

    func send(_ pdu: [UInt8]) -> UInt64? {
        onSend()
        let number: UInt64? = state.withLock { state in
            guard state.isConnected else { return nil }
            state.lastNumber += 1
            return state.lastNumber
        }
        if number != nil { deeds.add(.sent(pdu)) }
        return number
    }

    func processed() { state.withLock { $0.processed += 1 } }
    func setBusy(_ isBusy: Bool) { state.withLock { $0.isBusy = isBusy } }
    func run() async throws {}

    func renewal(of files: TLSFiles?) throws -> @Sendable () -> Void { {} }
}

/// A radio that notes what it is told, and hears what the test lets it hear.
final class RadioDouble: RadioFrontEnd {
    let name = "double"
    private let deeds: Deeds

    init(deeds: Deeds) { self.deeds = deeds }

    func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void) {}

    func transmit(_ transmission: R2DTransmission, at time: AirTime) {
        deeds.add(.transmitted(id: transmission.id, message: transmission.message.name))
    }

    func setCarrier(isOn: Bool, at time: AirTime) { deeds.add(.carrier(isOn: isOn)) }
    func stop() {}
    func listen(for duration: AirDuration) {}
    func keep(to limits: AirLimits) { deeds.add(.limits(limits)) }
}
