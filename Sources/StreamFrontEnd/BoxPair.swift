import AIoTPhy
package import Transceiver

/// One box that does both, or one that transmits and one that receives, ordered about as one.
package struct BoxPair: Sendable {
    package let transmitter: any Transceiver
    package let receiver: any Transceiver

    /// - Parameter transmitter: and `receiver`: the same object is a box that does both.
    package init(transmitter: any Transceiver, receiver: any Transceiver) {
        self.transmitter = transmitter
        self.receiver = receiver
    }

    /// Transmitter first, so that the carrier ends first.
    package var all: [any Transceiver] { transmitter === receiver ? [transmitter] : [transmitter, receiver] }

    /// Of both streams, within what memory allows; `open` fails for rates that cannot be used.
    package var sampleRateHz: Double {
        let told = transmitter.capabilities.sampleRateHz
        return told.isFinite ? min(max(told, 1e5), 1e8) : 1e5
    }

    /// Carries out what a `RadioSupervisor` orders.
    /// - Parameter streams: for `start`: those of a box, by whether it receives and whether it transmits.
    /// - Returns: why it could not be done.
    package func carryOut(
        _ order: RadioSupervisor.Order, streams: (_ receives: Bool, _ transmits: Bool) -> TransceiverStreams
    ) -> TransceiverFailure? {
        do throws(TransceiverFailure) {
            switch order {
            case .open:
                try check()
                for box in all { try box.open() }
            case .start:
                if transmitter === receiver {
                    try receiver.start(streams(true, true))
                } else {
                    try receiver.start(streams(true, false))
                    try transmitter.start(streams(false, true))
                }
            case .stop: for box in all { box.stop() }
            case .reset: for box in all { try box.reset() }
            case .close: for box in all { box.close() }
            }
            return nil
        } catch {
            return error
        }
    }

    private func check() throws(TransceiverFailure) {
        let (sends, hears) = (transmitter.capabilities, receiver.capabilities)
        guard sends.transmits else {
            throw TransceiverFailure(.unsupported, "\(transmitter.name) cannot transmit: choose another transmitter")
        }
        guard hears.receives else {
            throw TransceiverFailure(.unsupported, "\(receiver.name) cannot receive: choose another receiver")
        }
        guard sends.sampleRateHz == hears.sampleRateHz else {
            throw TransceiverFailure(
                .unsupported,
                "\(transmitter.name) and \(receiver.name) have different sample rates: set one for both")
        }
        guard R2DDemodulator.sampleRatesHz.contains(sends.sampleRateHz) else {
            throw TransceiverFailure(
                .unsupported, "a sample rate of \(sends.sampleRateHz) Hz cannot be used: set 1 to 20 MHz")
        }
    }
}
