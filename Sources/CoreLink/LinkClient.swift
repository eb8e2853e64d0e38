import AIoTBase
package import AIoTLink
package import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The reader's end of a link: drives a `LinkMachine` on one event loop, over real transports.
///
/// `events` is called on that loop, in order, and must not block. All methods may be called from anywhere, also from
/// within `events`.
package final class LinkClient: Sendable {
    struct State {
        var machine: LinkMachine
        var transports: [Int: Transport] = [:]
        /// A call of `drain` is on its way to the loop.
        var isDue = false
        var alarm: (time: AirTime, task: Scheduled<Void>)?
    }

    /// A transport that is being opened or stands.
    struct Transport {
        let endpoint: Int
        let queue: OutboundQueue
        /// Once the socket is connected.
        var channel: (any Channel)?
    }

    let configuration: LinkClientConfiguration
    let loop: any EventLoop
    let log: Logger
    let state: Mutex<State>
    let credit: Credit
    let credentials: Mutex<TLSCredentials?>
    private let events: @Sendable (LinkEvent) -> Void

    /// - Throws: `LinkError` when there is no endpoint, one with port 0, or the TLS files are missing or wrong.
    package init(
        configuration: LinkClientConfiguration, log: Logger, events: @escaping @Sendable (LinkEvent) -> Void
    ) throws {
        guard !configuration.endpoints.isEmpty else {
            throw LinkError("the link has no endpoint: name at least one, such as tls://HOST:PORT")
        }
        if let address = configuration.endpoints.first(where: \.hasPortZero) {
            throw LinkError("\(LinkAddressError.portZero("\(address)"))")
        }
        credentials = Mutex(
            try configuration.endpoints.contains(where: \.isTLS)
                ? TLSCredentials(TLSFiles.needed(configuration.tls), role: .client, log: log) : nil)
        self.configuration = configuration
        self.log = log
        self.events = events
        loop = MultiThreadedEventLoopGroup.singleton.next()
        credit = Credit(configuration.credit)
        state = Mutex(
            State(
                machine: LinkMachine(
                    endpoints: configuration.endpoints.map(\.description), times: configuration.times,
                    generator: SeededGenerator(seed: configuration.seed))))
    }

    /// Connects and keeps trying, until the task is cancelled; returns when all sockets are closed.
    package func run() async throws {
        handle(.started)
        await untilCancelled()
        let channels = state.withLock { state in state.transports.values.compactMap(\.channel) }
        handle(.stopped)
        for channel in channels { try? await channel.closeFuture.get() }
    }

    /// Sends a PDU and gives its number; nil when there is no connection that takes it, and it was dropped.
    ///
    /// Numbers ascend over the client's life. Before the NG Setup Response only an NG Setup Request or an Error
    /// Indication is taken. Never blocks; where more than `queueLimit` octets wait, the connection is closed.
    @discardableResult
    package func send(_ pdu: [UInt8]) -> UInt64? {
        let number = state.withLock { state -> UInt64? in
            guard let transport = state.machine.currentTransport, let queue = state.transports[transport]?.queue else {
                return nil
            }
            guard queue.add(pdu) else {
                state.machine.handle(.queueOverflowed, at: Self.now)
                return nil
            }
            let number = state.machine.send(pdu, at: Self.now)
            if number == nil { queue.remove(pdu) }
            if let isFull = queue.change() { state.machine.handle(.queueFilled(isFull), at: Self.now) }
            return number
        }
        drainSoon()
        return number
    }

    /// One `.received` has been dealt with.
    package func processed() {
        guard credit.give() else { return }
        loop.execute {
            let channels = self.state.withLock { state in state.transports.values.compactMap(\.channel) }
            for channel in channels { channel.triggerUserOutboundEvent(FrameHandler.CreditGiven(), promise: nil) }
        }
    }

    /// Exchanges are in flight, or no longer: meanwhile the link does not return to a preferred endpoint.
    package func setBusy(_ isBusy: Bool) { handle(.busyChanged(isBusy)) }

    /// Reads TLS files and checks them; the old ones stay in force.
    ///
    /// - Returns: what has connections from then on use them.
    /// - Throws: `LinkError`.
    package func renewal(of files: TLSFiles?) throws -> @Sendable () -> Void {
        guard credentials.withLock({ $0 != nil }) else { return {} }
        let new = try TLSCredentials(TLSFiles.needed(files), role: .client, log: log)
        return { self.credentials.withLock { $0 = new } }
    }

    func handle(_ input: LinkInput) {
        state.withLock { $0.machine.handle(input, at: Self.now) }
        drainSoon()
    }

    /// On the loop: the credit for the frame is taken before the next one is asked for.
    func receive(_ frame: [UInt8], from transport: Int) {
        state.withLock { $0.machine.handle(.received(transport: transport, frame), at: Self.now) }
        drain()
    }

    /// The one place where a link's clock is read.
    private static var now: AirTime {
        AirTime(nanoseconds: Int64(clamping: NIODeadline.now().uptimeNanoseconds))
    }
}

// MARK: - The machine's orders

extension LinkClient {
    private func drainSoon() {
        let isNew = state.withLock { state in
            defer { state.isDue = true }
            return !state.isDue
        }
        if isNew { loop.execute { self.drain() } }
    }

    /// Does what the machine orders, on the loop and in order, and sets the alarm for its next deadline.
    func drain() {
        state.withLock { $0.isDue = false }
        var written: [any Channel] = []
        while let order = state.withLock({ $0.machine.nextOutput() }) {
            switch order {
            case .open(let transport, let endpoint): open(transport, endpoint)
            case .send(let transport, let frame):
                if let channel = write(frame, to: transport), written.last !== channel { written.append(channel) }
            case .close(let transport, let reason):
                // What was sent before the end, as the Release Requests of a stop, still goes.
                for channel in written { channel.flush() }
                written = []
                close(transport, reason)
            case .tell(let event): tell(event)
            }
        }
        for channel in written { channel.flush() }
        setAlarm()
    }

    private func tell(_ event: LinkEvent) {
        switch event {
        case .connected(let endpoint):
            log.info("connected to the AIoTF", metadata: ["endpoint": "\(configuration.endpoints[endpoint])"])
        case .up(let identifier, let probes):
            log.notice("link up", metadata: ["aiotf": "\(Hex.encoded(identifier))", "probes": "\(probes)"])
        case .received: credit.take()
        case .confirmed: break
        case .congested(let isCongested):
            log.info(isCongested ? "the AIoTF answers slowly: no new rounds" : "the AIoTF keeps up again")
        case .down(LinkMachine.stopReason): log.info("\(LinkMachine.stopReason)")
        case .down(let reason): log.warning("no link: \(reason)")
        }
        events(event)
    }

    private func write(_ frame: [UInt8], to transport: Int) -> (any Channel)? {
        guard
            let (channel, queue) = state.withLock({ state in
                state.transports[transport].map { ($0.channel, $0.queue) }
            }), let channel
        else { return nil }
        channel.write(frame).whenComplete { _ in
            // Probes are not counted: at most one is outstanding.
            if !frame.isEmpty { queue.remove(frame) }
            guard let isFull = queue.change(), self.state.withLock({ $0.machine.currentTransport == transport }) else {
                return
            }
            self.handle(.queueFilled(isFull))
        }
        return channel
    }

    private func setAlarm() {
        state.withLock { state in
            guard let time = state.machine.nextDeadline else { return }
            // An alarm that comes early does no harm, so a later deadline leaves it as it is.
            if let alarm = state.alarm, alarm.time <= time { return }
            state.alarm?.task.cancel()
            let task = loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(clamping: time.nanoseconds))) {
                self.state.withLock { $0.alarm = nil }
                self.handle(.timePassed)
            }
            state.alarm = (time, task)
        }
    }
}

/// Returns when the task is cancelled.
func untilCancelled() async {
    let (never, _) = AsyncStream<Never>.makeStream()
    for await _ in never {}
}
