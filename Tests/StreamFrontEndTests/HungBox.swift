import Glibc
import Synchronization
import Transceiver

/// A box whose opening does not come back before it is let go, and then has failed.
final class HungBox: Transceiver {
    private struct State {
        var isOpening = false
        var isLetGo = false
        var isClosed = false
    }

    let name = "hung"
    let capabilities = TransceiverCapabilities(
        transmits: true, receives: true, sampleRateHz: 1_920_000, receiveFormat: .ci12, transmitFormat: .ci16,
        transmitBlockSamples: 2_048, transmitLatencySamples: 4_096, hasCommonClock: true)
    private let state = Mutex(State())

    var isOpening: Bool { state.withLock { $0.isOpening } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    func letGo() { state.withLock { $0.isLetGo = true } }

    func open() throws(TransceiverFailure) {
        state.withLock { $0.isOpening = true }
        while !state.withLock({ $0.isLetGo }) { usleep(1_000) }
        throw TransceiverFailure(.failed, "it hung")
    }

    func start(_ streams: TransceiverStreams) throws(TransceiverFailure) {}
    func stop() {}
    func reset() throws(TransceiverFailure) {}
    func close() { state.withLock { $0.isClosed = true } }
    func watch(_ presence: @escaping @Sendable (Bool) -> Void) { presence(true) }
    func unwatch() {}
}
