import Synchronization
package import Transceiver

extension Pluto {
    package func start(_ streams: TransceiverStreams) throws(TransceiverFailure) {
        let (port, interface, isStreaming) = state.withLock { ($0.port, $0.interface, $0.stream != nil) }
        guard let port, let interface else {
            throw TransceiverFailure(.failed, "\(name) is not open: open it first")
        }
        guard !isStreaming else { throw TransceiverFailure(.failed, "\(name) streams already: stop it first") }
        let stream = PlutoStream(on: port, interface: interface)
        try stream.run(streams, samples: capabilities.transmitBlockSamples)
        state.withLock { $0.stream = stream }
    }

    package func stop() {
        state.withLock { $0.stream.take() }?.end()
    }
}
