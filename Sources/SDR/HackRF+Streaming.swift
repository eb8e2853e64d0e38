import Synchronization
package import Transceiver
import USBTransport

extension HackRF {
    package func start(_ streams: TransceiverStreams) throws(TransceiverFailure) {
        let port = try openedPort()
        guard state.withLock({ $0.stream == nil }) else {
            throw TransceiverFailure(.failed, "\(name) streams already: stop it first")
        }
        do {
            // The antenna loses its power with the mode "off".
            try send(.antennaPower(settings.hasAntennaPower), to: port)
            try send(.mode(role == .transmitter ? .transmit : .receive), to: port)
            let stream = try HackRFStream(streams, on: port, role: role, rate: capabilities.sampleRateHz)
            state.withLock { $0.stream = stream }
            try startPolling()
        } catch {
            stop()
            try? send(.mode(.off), to: port)
            throw error
        }
    }

    private func startPolling() throws(TransceiverFailure) {
        guard let millisecondsOfPoll, countsShortfalls else { return }
        // What goes wrong with the box itself is told by the queue.
        let poll = try LossPoll(milliseconds: millisecondsOfPoll) { [weak self] in _ = try? self?.pollShortfalls() }
        state.withLock { $0.poll = poll }
    }

    /// Asks it for its shortfalls now, and tells the stream of new ones. It blocks for a control transfer, and so is not for
    /// the event thread.
    /// - Returns: what it says; nil where its firmware does not count them.
    @discardableResult
    package func pollShortfalls() throws(TransceiverFailure) -> M0State? {
        guard let m0 = try m0State() else { return nil }
        state.withLock { $0.stream }?.take(m0)
        return m0
    }

    package func stop() {
        let (port, stream, poll) = state.withLock { ($0.port, $0.stream.take(), $0.poll.take()) }
        guard let port, let stream else { return }
        // First the carrier ends; a device that has gone has none. One that does not hear that in time sends what it has
        // been given, some milliseconds, and is told again.
        let isOff = (try? send(.mode(.off), to: port, within: 50)) != nil
        stream.end()
        if !isOff { try? send(.mode(.off), to: port) }
        poll?.end()
    }
}
