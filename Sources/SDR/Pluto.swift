import Synchronization
package import Transceiver
package import USBTransport

/// An ADALM-Pluto, which transmits and receives at once by one crystal (`spec/6 "ADALM-Pluto"`).
package final class Pluto: Transceiver {
    struct State {
        var port: (any USBPort)?
        var interface: IIOInterface?
        /// Of the commands, while it is open.
        var commands: IIOPipe?
        var identity: PlutoIdentity?
        var notes: [String] = []
        var stream: PlutoStream?
        var losses: PlutoLossWatch?
        var poll: LossPoll?
    }

    let settings: BoxSettings
    let finder: BoxFinder
    let presence: BoxPresence
    let millisecondsOfPoll: Int?
    let state = Mutex(State())

    package let capabilities: TransceiverCapabilities

    /// - Parameter millisecondsOfPoll: how often it is asked for losses while it streams; nil: only on demand.
    package init(bus: any USBBus, settings: BoxSettings, millisecondsOfPoll: Int? = 200) {
        self.settings = settings
        self.millisecondsOfPoll = millisecondsOfPoll
        finder = BoxFinder(bus: bus, kind: .pluto, selection: settings.selection)
        presence = BoxPresence(finder)
        let block = Self.blockSamples(atRate: settings.sampleRateHz)
        capabilities = TransceiverCapabilities(
            transmits: true, receives: true, sampleRateHz: settings.sampleRateHz, receiveFormat: .ci12,
            transmitFormat: .ci16, transmitBlockSamples: block,
            // Besides those that wait in the device one is on USB.
            transmitLatencySamples: (Self.kernelBuffers + 1) * block, hasCommonClock: true)
    }

    /// Blocks that the kernel of the device keeps of each stream, unless it is told otherwise.
    static let kernelBuffers = 4

    /// The samples of a block: the smallest power of two that lasts for 2.6 ms (`spec/6`). Each block costs
    /// four transfers, one after the other, so that streams of smaller ones break.
    static func blockSamples(atRate rate: Double) -> Int {
        var samples = 256
        while Double(samples) < 0.0026 * rate, samples < 1 << 18 { samples *= 2 }
        return samples
    }

    package var name: String {
        let serial = state.withLock { $0.identity?.serial }
        return serial.map { "ADALM-Pluto \($0.suffix(8))" } ?? "ADALM-Pluto"
    }

    /// What it said of itself when it was opened last.
    package var identity: PlutoIdentity? { state.withLock { $0.identity } }

    package var notes: [String] { state.withLock { $0.notes } }

    package func watch(_ presence: @escaping @Sendable (Bool) -> Void) { self.presence.watch(presence) }

    package func unwatch() { presence.unwatch() }

    package func reset() throws(TransceiverFailure) {
        stop()
        let opened = state.withLock { state in
            state.commands = nil
            return state.port.take()
        }
        let port = if let opened { opened } else { try finder.open() }
        defer { port.close() }
        try telling { () throws(USBError) in try port.reset() }
    }
}
