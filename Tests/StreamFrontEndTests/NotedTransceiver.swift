import Transceiver

/// A box of which there is something to say.
final class NotedTransceiver: Transceiver {
    private let box: any Transceiver
    let notes: [String]

    init(_ box: any Transceiver, notes: [String]) {
        self.box = box
        self.notes = notes
    }

    var name: String { box.name }
    var capabilities: TransceiverCapabilities { box.capabilities }
    func open() throws(TransceiverFailure) { try box.open() }
    func start(_ streams: TransceiverStreams) throws(TransceiverFailure) { try box.start(streams) }
    func stop() { box.stop() }
    func reset() throws(TransceiverFailure) { try box.reset() }
    func close() { box.close() }
    func watch(_ presence: @escaping @Sendable (Bool) -> Void) { box.watch(presence) }
    func unwatch() { box.unwatch() }
}
