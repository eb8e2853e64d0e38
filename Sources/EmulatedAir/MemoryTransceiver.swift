package import Transceiver

/// A box of `EmulatedBoxes` as a transceiver: no USB between.
package final class MemoryTransceiver: Transceiver {
    package let name: String
    package let capabilities: TransceiverCapabilities
    private let boxes: EmulatedBoxes
    private let index: Int

    init(_ box: AirBox, capabilities: TransceiverCapabilities, boxes: EmulatedBoxes, index: Int) {
        name = box.name
        self.capabilities = capabilities
        self.boxes = boxes
        self.index = index
    }

    package func open() throws(TransceiverFailure) { try boxes.open(index) }
    package func start(_ streams: TransceiverStreams) throws(TransceiverFailure) { try boxes.start(index, streams) }
    package func stop() { boxes.stop(index) }
    package func reset() throws(TransceiverFailure) { try boxes.reset(index) }
    package func close() { boxes.close(index) }
    package func watch(_ presence: @escaping @Sendable (Bool) -> Void) { boxes.watch(index, presence) }
    package func unwatch() { boxes.watch(index, nil) }
}
