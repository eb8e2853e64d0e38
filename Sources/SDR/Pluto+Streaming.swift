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
        self.state.withLock { $0.stream = stream }
        do {
            try commands.perform(PlutoSetup.transmitGain(settings.transmitGainDB))
            try stream.run(streams, samples: capabilities.transmitBlockSamples)
            if state.identity?.tellsLosses == true {
                try startWatching(PlutoLossWatch(commands, trouble: streams.trouble))
            }
        } catch {
            stop()
            throw error
        }
    }

    private func startWatching(_ losses: PlutoLossWatch) throws(TransceiverFailure) {
        // What goes wrong is told by the watch itself, or by the streams.
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
        let (stream, losses, poll, commands) = state.withLock {
            ($0.stream.take(), $0.losses.take(), $0.poll.take(), $0.commands)
        }
        guard let stream else { return }
        // First the carrier ends, and with the poll the commands of another thread.
        stream.end()
        losses?.end()
        poll?.end()
        // What is left on the air is what the mixer leaks, and what the device sends on its own.
        _ = try? commands?.perform(PlutoSetup.transmitGain(0))
    }
}
