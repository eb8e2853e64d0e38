import Synchronization
import Transceiver

/// Asks a Pluto, by its pipe for commands, whether its converters missed samples or had none to send.
///
/// Its drivers have a register for that at 0x80000088: bit 0 of the transmitter is an underflow, bit 2 of the receiver an
/// overflow, and what is written to it is cleared.
final class PlutoLossWatch: Sendable {
    static let register = "direct_reg_access"

    private enum Stage {
        /// Until the first block was sent the transmitter had none, so that what is there at first says nothing.
        case beginning
        case watching
        case ended
    }

    private let commands: IIOPipe
    private let trouble: @Sendable (StreamTrouble) -> Void
    private let stage = Mutex(Stage.beginning)

    init(_ commands: IIOPipe, trouble: @escaping @Sendable (StreamTrouble) -> Void) {
        self.commands = commands
        self.trouble = trouble
    }

    /// Asks once, and tells of what is new, and where the pipe is of no use any more. It blocks for a few transfers.
    func poll() throws(TransceiverFailure) {
        // Asked and told under the lock, so that nothing is asked or told after the end.
        try stage.withLock { (stage) throws(TransceiverFailure) in
            if case .ended = stage { return }
            do throws(TransceiverFailure) {
                let underflow = try takeBit(0, of: PlutoSetup.transmitter)
                let overflow = try takeBit(2, of: PlutoSetup.receiver)
                if case .watching = stage {
                    if underflow { trouble(.transmitUnderrun) }
                    if overflow { trouble(.receiveGap(samples: nil)) }
                }
                stage = .watching
            } catch {
                // Without an answer losses would go unseen from now on.
                if commands.isBroken {
                    stage = .ended
                    trouble(.failed(error))
                }
                throw error
            }
        }
    }

    func end() {
        stage.withLock { $0 = .ended }
    }

    /// Whether the bit was set; it is not any more.
    private func takeBit(_ bit: Int, of device: String) throws(TransceiverFailure) -> Bool {
        let attribute = IIOAttribute(device, debugging: Self.register)
        try commands.perform(.write(attribute, "0x80000088"))
        guard case .text(let text) = try commands.perform(.read(attribute)) else { return false }
        let value = text.hasPrefix("0x") ? UInt32(text.dropFirst(2), radix: 16) : UInt32(text)
        guard let value, value != 0 else { return false }
        try commands.perform(.write(attribute, "0x80000088 0x" + String(value, radix: 16)))
        return value >> bit & 1 == 1
    }
}
