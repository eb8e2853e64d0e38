package import AIoTBase
package import AIoTDevice
import RadioFrontEnd
package import StreamFrontEnd
import Synchronization
package import Transceiver

/// Devices behind a box: what they answer to R2D goes on the air as their backscatter would (`spec/2 "What the receiver
/// hears"`).
///
/// The box receives and transmits by one clock. Its own threads copy and render, and never wait; one thread demodulates
/// and lets the devices decide, a second one opens, starts and stops the box as `RadioSupervisor` says.
package final class SoftDevices: Sendable {
    /// What the threads share.
    struct Shared {
        var devices: [Device]
        /// Of the sessions before, and of the one at hand.
        var counters = SoftDeviceCounters()
        var sessionCounters = SoftDeviceCounters()
        var status = RadioSupervisor().status
        /// Of the streams at hand.
        var timeline: BurstTimeline?
        var session = 0
        var happened: [(event: RadioSupervisor.Event, session: Int?)] = []
        var isStopping = false
    }

    let boxes: BoxPair
    let settings: SoftDeviceSettings
    let keep: @Sendable ([Device]) -> Void
    let tell: @Sendable (SoftDeviceEvent) -> Void
    let shared: Mutex<Shared>
    let queue: ReceiveQueue
    let wakeUp = WakeUp()
    let received = Atomic<Int>(0)
    let transmitted = Atomic<Int>(0)
    private let ends = Mutex<[WakeUp]>([])

    /// How long received samples may wait (*ours*).
    private static let queueSeconds = 0.5

    /// - Parameters:
    ///   - transmitter: and `receiver`: one box, or two that share one clock.
    ///   - keep: is given the devices before one of them answers, to keep what must outlast the carrier.
    ///   - tell: is called on threads that must not be held up.
    package init(
        devices: [Device], transmitter: any Transceiver, receiver: any Transceiver,
        settings: SoftDeviceSettings = SoftDeviceSettings(), keep: @escaping @Sendable ([Device]) -> Void = { _ in },
        tell: @escaping @Sendable (SoftDeviceEvent) -> Void
    ) {
        boxes = BoxPair(transmitter: transmitter, receiver: receiver)
        self.settings = settings
        self.keep = keep
        self.tell = tell
        shared = Mutex(Shared(devices: devices))
        let format = receiver.capabilities.receiveFormat
        queue = ReceiveQueue(octets: Int(boxes.sampleRateHz * Self.queueSeconds) * format.octetsPerSample)
    }

    /// The devices as they were after the last frame.
    package var devices: [Device] { shared.withLock { $0.devices } }
    package var counters: SoftDeviceCounters { shared.withLock { $0.counters + $0.sessionCounters } }
    /// Where the box stands, and why.
    package var status: RadioSupervisor.Status { shared.withLock { $0.status } }
    /// Received octets that have not been processed: what holds a simulated air that has no time of its own.
    package var waitingOctets: Int { queue.waiting }

    /// - Parameter clock: a monotonic one.
    package func start(clock: @escaping @Sendable () -> AirTime) {
        run("listen") { $0.listen() }
        run("supervise") { $0.supervise(clock: clock) }
    }

    /// Takes the devices off the air; may wait for a box to give back what it holds, a second at most.
    package func stop() {
        shared.withLock { $0.isStopping = true }
        wakeUp.post()
        queue.wake()
        let ends = ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
        // A box that does not come back is left to itself.
        for end in ends { end.wait(milliseconds: 1_000) }
    }

    private func run(_ name: String, _ body: @escaping @Sendable (SoftDevices) -> Void) {
        let end = WakeUp()
        let isRunning = runThread(name) { [self] in
            body(self)
            end.post()
        }
        if isRunning { ends.withLock { $0.append(end) } }
    }

    var isStopping: Bool { shared.withLock { $0.isStopping } }

    /// Losses beyond it are left out (*ours*): the others have told of them.
    private static let happenedLimit = 256

    /// Has the supervising thread know of something; `session`: of these streams alone.
    func happen(_ event: RadioSupervisor.Event, session: Int? = nil) {
        shared.withLock { shared in
            if shared.happened.count >= Self.happenedLimit, case .lost = event { return }
            shared.happened.append((event, session))
        }
        wakeUp.post()
    }
}
