import Synchronization
package import Transceiver

extension Pluto {
    package func start(_ streams: TransceiverStreams) throws(TransceiverFailure) {
        let state = state.withLock { $0 }
        guard let port = state.port, let interface = state.interface, let commands = state.commands else {
            throw TransceiverFailure(.failed, "\(name) is not open: open it first")
        }
        guard state.stream == nil else { throw TransceiverFailure(.failed, "\(name) streams already: stop it first") }
        let stream = PlutoStream(on: port, interface: interface)
        try stream.run(streams, samples: capabilities.transmitBlockSamples)
        self.state.withLock { $0.stream = stream }
        guard state.identity?.tellsLosses == true else { return }
        do {
            try startWatching(PlutoLossWatch(commands, trouble: streams.trouble))
        } catch {
            stop()
            throw error
        }
    }

    private func startWatching(_ losses: PlutoLossWatch) throws(TransceiverFailure) {
        // What goes wrong with the box itself is told by its streams.
        let poll = try millisecondsOfPoll.map { (milliseconds) throws(TransceiverFailure) in
            try LossPoll(milliseconds: milliseconds) { _ = try? losses.poll() }
        }
        state.withLock { state in
            state.losses = losses
            state.poll = poll
        }
    }

    /// Asks it for its losses now, and tells the stream of new ones. It blocks for a few transfers.
    package func pollLosses() throws(TransceiverFailure) {
        try state.withLock { $0.losses }?.poll()
    }

    package func stop() {
        let (stream, losses, poll) = state.withLock { ($0.stream.take(), $0.losses.take(), $0.poll.take()) }
        // First the carrier ends.
        stream?.end()
        losses?.end()
        poll?.end()
    }
}
