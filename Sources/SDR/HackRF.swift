import Synchronization
package import Transceiver
package import USBTransport

/// A HackRF One as the transmitter or as the receiver of a rig (`spec/6 "HackRF One"`).
package final class HackRF: Transceiver {
    /// It is half duplex: the rig has one box for each.
    package enum Role: Hashable, Sendable {
        case transmitter
        case receiver
    }

    struct State {
        var port: (any USBPort)?
        var identity: HackRFIdentity?
        var notes: [String] = []
        var stream: HackRFStream?
        var poll: LossPoll?
        /// Of the last octets of a serial number, once it is known.
        var shortSerial: String?
    }

    let settings: BoxSettings
    let role: Role
    let finder: BoxFinder
    let presence: BoxPresence
    let millisecondsOfPoll: Int?
    let state = Mutex(State())

    package let capabilities: TransceiverCapabilities

    /// - Parameter millisecondsOfPoll: how often it is asked for shortfalls while it streams; nil: only on demand.
    package init(bus: any USBBus, settings: BoxSettings, role: Role, millisecondsOfPoll: Int? = 200) {
        self.settings = settings
        self.role = role
        self.millisecondsOfPoll = millisecondsOfPoll
        finder = BoxFinder(bus: bus, kind: .hackRF, selection: settings.selection)
        presence = BoxPresence(finder)
        let rate = HackRFSampleRate(settings.sampleRateHz)?.samplesPerSecond ?? settings.sampleRateHz
        capabilities = TransceiverCapabilities(
            transmits: role == .transmitter, receives: role == .receiver, sampleRateHz: rate, receiveFormat: .ci8,
            transmitFormat: .ci8, transmitBlockSamples: HackRFStream.samplesPerTransfer(atRate: rate),
            // 32 KiB wait in the device.
            transmitLatencySamples: HackRFStream.transfers(of: .transmitter, atRate: rate)
                * HackRFStream.samplesPerTransfer(atRate: rate) + 2 * HackRFStream.samplesPerBlock,
            hasCommonClock: false)
    }

    package var name: String {
        let serial = state.withLock { $0.shortSerial }
        return serial.map { "HackRF One \($0)" } ?? "HackRF One"
    }

    /// What it said of itself when it was opened last.
    package var identity: HackRFIdentity? { state.withLock { $0.identity } }

    package var notes: [String] { state.withLock { $0.notes } }

    package func watch(_ presence: @escaping @Sendable (Bool) -> Void) { self.presence.watch(presence) }

    package func unwatch() { presence.unwatch() }

    package func close() {
        stop()
        let port = state.withLock { $0.port.take() }
        port?.close()
    }

    /// Resets it over USB; the firmware stays as it is (`reboot` starts that anew).
    package func reset() throws(TransceiverFailure) {
        stop()
        let opened = state.withLock { $0.port.take() }
        let port = if let opened { opened } else { try finder.open() }
        defer { port.close() }
        try telling { () throws(USBError) in try port.reset() }
    }

    /// Starts the firmware anew (request 30): it leaves USB, and comes again. It is closed afterwards.
    package func reboot() throws(TransceiverFailure) {
        let port = try openedPort()
        stop()
        defer { close() }
        try send(.reset, to: port)
    }

    /// What it says of its shortfalls now; nil where its firmware does not count them.
    package func m0State() throws(TransceiverFailure) -> M0State? {
        let port = try openedPort()
        guard countsShortfalls else { return nil }
        guard let m0 = M0State(try ask(.m0State, of: port)) else {
            throw TransceiverFailure(.failed, "\(name) gives its state in another form: \(HackRFIdentity.flash)")
        }
        return m0
    }

    var countsShortfalls: Bool { (identity?.api ?? 0) >= HackRFIdentity.apiOfShortfalls }

    func openedPort() throws(TransceiverFailure) -> any USBPort {
        guard let port = state.withLock({ $0.port }) else {
            throw TransceiverFailure(.failed, "\(name) is not open: open it first")
        }
        return port
    }
}
