import EmulatedAir
import Synchronization
import Transceiver

/// What a host does with a transceiver: it sends one value, and takes down what comes.
final class BoxHost: Sendable {
    enum Call: Hashable {
        case transmit(first: Int64, samples: Int)
        case receive(first: Int64, samples: Int)
        case trouble(StreamTrouble)
    }

    private struct State {
        var calls: [Call] = []
        var received: [UInt8] = []
        var value: UInt8 = 0
    }

    private let state = Mutex(State())
    let transceiver: MemoryTransceiver

    init(_ transceiver: MemoryTransceiver) {
        self.transceiver = transceiver
    }

    /// What each octet of the samples to send is from now on; 0 is silence.
    func send(_ value: UInt8) { state.withLock { $0.value = value } }

    var calls: [Call] { state.withLock { $0.calls } }
    var received: [UInt8] { state.withLock { $0.received } }
    var troubles: [StreamTrouble] {
        calls.compactMap { if case .trouble(let trouble) = $0 { trouble } else { nil } }
    }

    func forget() {
        state.withLock { ($0.calls, $0.received) = ([], []) }
    }

    func openAndStart() throws {
        try transceiver.open()
        try start()
    }

    func start() throws {
        let (received, sent) = (
            transceiver.capabilities.receiveFormat.octetsPerSample,
            transceiver.capabilities.transmitFormat.octetsPerSample
        )
        try transceiver.start(
            TransceiverStreams(
                receive: { [self] octets, first in
                    note(.receive(first: first, samples: octets.count / received))
                    state.withLock { $0.received += Array(octets) }
                },
                transmit: { [self] octets, first in
                    note(.transmit(first: first, samples: octets.count / sent))
                    let value = state.withLock { $0.value }
                    for index in octets.indices { octets[index] = value }
                },
                trouble: { [self] in note(.trouble($0)) }))
    }

    private func note(_ call: Call) { state.withLock { $0.calls.append(call) } }
}
