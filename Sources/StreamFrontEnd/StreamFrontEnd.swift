package import AIoTBase
package import AIoTPhy
package import AIoTReader
package import RadioFrontEnd
import Synchronization
package import Transceiver

/// A radio made of streams of samples: one full-duplex box, or one that transmits and one that receives.
///
/// Its decisions are values: `TransmitTimeline` says what is sent at each sample, `ReceiveSide` what received samples
/// mean, `RadioSupervisor` what is to be done with the boxes. Here are the threads between them. The transceiver's own
/// threads render and copy, and never wait; the receive thread demodulates; the supervising thread opens, starts, stops,
/// resets and closes, and looks at all of it every 50 ms. All three write into the one `Mutex` for an instant only.
package final class StreamFrontEnd: RadioFrontEnd {
    /// What is to happen at the receive side, in order.
    enum Order: Sendable {
        case expect(PlacedFrame)
        case cancel
        case listen(count: Int, lastOn: Int, rendered: Int)
    }

    /// For whom the channel is listened to.
    enum Listener: Hashable {
        case loop
        case sounding
    }

    /// What the threads share.
    struct Air {
        var timeline: TransmitTimeline
        var orders: [Order] = []
        /// Of `queue`; what comes from an earlier one is left out.
        var session = 0
        /// Frames can go on the air.
        var isUsable = false
        /// The transmission that is under way, and whether a sounding is.
        var transmission: UInt64?
        var isSounding = false
        var listener: Listener?
        /// How the counters go together has to be measured.
        var needsSounding = true
        var counters = RadioCounters()
        var status = RadioSupervisor.Status(state: .opening, why: "")
        var driftPPM = 0.0
        var isStopping = false
        /// What soundings keep to; frames are the loop's matter.
        var limits: AirLimits
        /// Of the loop; nil before `start`.
        var clock: (@Sendable () -> AirTime)?
    }

    package let name: String
    let boxes: BoxPair
    let profile: AirProfile
    let sampleRateHz: Double
    let tap: (any ReceiveTap)?
    let log: @Sendable (String) -> Void
    let note: @Sendable (String) -> Void
    let placed: @Sendable (R2DTransmission, Int) -> Void
    let stallTime: AirDuration
    let sounding: Sounding?

    let air: Mutex<Air>
    let queue: ReceiveQueue
    let mailbox = Mailbox()
    let received = Atomic<Int>(0)
    let transmitted = Atomic<Int>(0)
    /// Posted by the threads that run when they have ended.
    private let ends = Mutex<[WakeUp]>([])

    /// How long received samples may wait for the receive thread (*ours*).
    private static let queueSeconds = 0.25

    /// - Parameters:
    ///   - transmitter: and `receiver`: the same object is a full-duplex box; both have one sample rate.
    ///   - amplitude: of the carrier, as part of full scale.
    ///   - limits: of the air, for what the front end sends on its own.
    ///   - tap: gets a copy of all that is received.
    ///   - stallTime: no samples for this long is a stall; longer for a simulated air that is slower than time.
    ///   - log: takes lines for people.
    ///   - note: takes what a person should know of the boxes, when they can be used, and again only where it is new.
    ///   - placed: told where a frame is on the transmit counter.
    package init(
        name: String, transmitter: any Transceiver, receiver: any Transceiver, profile: AirProfile,
        amplitude: Float = 0.8, limits: AirLimits = AirLimits(), tap: (any ReceiveTap)? = nil,
        stallTime: AirDuration = RadioSupervisor.stallTime,
        log: @escaping @Sendable (String) -> Void = { _ in }, note: @escaping @Sendable (String) -> Void = { _ in },
        placed: @escaping @Sendable (R2DTransmission, Int) -> Void = { _, _ in }
    ) {
        self.name = name
        boxes = BoxPair(transmitter: transmitter, receiver: receiver)
        self.profile = profile
        self.tap = tap
        self.log = log
        self.note = note
        self.placed = placed
        self.stallTime = stallTime
        let rate = boxes.sampleRateHz
        sampleRateHz = rate
        sounding = Sounding(profile: profile, sampleRateHz: rate)
        let format = receiver.capabilities.receiveFormat
        queue = ReceiveQueue(octets: Int(rate * Self.queueSeconds) * format.octetsPerSample)
        var air = Air(
            timeline: TransmitTimeline(
                format: transmitter.capabilities.transmitFormat, sampleRateHz: rate, amplitude: amplitude),
            limits: limits)
        air.counters.queueOctets = queue.capacity
        self.air = Mutex(air)
    }

    /// Counters since the making of the front end.
    package var counters: RadioCounters {
        var counters = air.withLock { $0.counters }
        counters.longestQueueOctets = queue.longest
        return counters
    }

    package var flow: SampleFlow? {
        SampleFlow(received: received.load(ordering: .relaxed), transmitted: transmitted.load(ordering: .relaxed))
    }

    /// Where the radio stands, and why.
    package var status: RadioSupervisor.Status { air.withLock { $0.status } }
    /// Receive samples gained per million transmit samples: the difference of two crystals.
    package var driftPPM: Double { air.withLock { $0.driftPPM } }
    /// Received octets that wait for the receive thread: what holds a simulated air that has no time of its own.
    package var waitingOctets: Int { queue.waiting }

    package func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void) {
        air.withLock { $0.clock = clock }
        let isRunning =
            run("receive") { $0.receive(clock: clock, events) }
            && run("supervise") { $0.supervise(clock: clock, events) }
        guard !isRunning else { return }
        events(.stateChanged(.stalled, why: "the system has no thread left: raise its limits and start again"))
    }

    private func run(_ name: String, _ body: @escaping @Sendable (StreamFrontEnd) -> Void) -> Bool {
        let end = WakeUp()
        let isRunning = runThread(name) { [self] in
            body(self)
            end.post()
        }
        if isRunning { ends.withLock { $0.append(end) } }
        return isRunning
    }

    package func transmit(_ transmission: R2DTransmission, at time: AirTime) {
        let waveform = try? R2DModulator.waveform(
            of: transmission.octets, chipsPerSymbol: transmission.chipsPerSymbol, in: profile)
        var place: Int?
        let isPlaced = air.withLock { air in
            guard air.isUsable else { return true }
            let delay = air.clock.map { min((time - $0()).seconds, 60) } ?? 0
            let earliest = air.timeline.rendered + Int(max(delay, 0) * sampleRateHz)
            guard let waveform, let samples = air.timeline.place(waveform, notBefore: earliest) else { return false }
            let length = waveform.seconds * sampleRateHz
            place = samples.lowerBound
            air.orders.append(
                .expect(
                    PlacedFrame(
                        octets: transmission.octets, end: Double(samples.lowerBound) + length, length: length,
                        transmission: transmission)))
            air.transmission = transmission.id
            air.counters.framesSent += 1
            return true
        }
        if let place { placed(transmission, place) }
        guard !isPlaced else { return queue.wake() }
        // What cannot be sent brings about nothing; its sender must not wait for it.
        mailbox.put(
            .tell(
                .transmissionEnded(
                    id: transmission.id,
                    RadioOutcome(
                        end: time, reports: transmission.expected.map { _ in .undecodable }, frames: []))))
    }

    package func setCarrier(isOn: Bool, at time: AirTime) {
        // What is said before the loop has heard that the radio is away holds no longer when it is back.
        air.withLock { if $0.isUsable { $0.timeline.setCarrier(isOn: isOn) } }
    }

    package func keep(to limits: AirLimits) { air.withLock { $0.limits = limits } }

    package func stop() {
        air.withLock { air in
            air.isStopping = true
            air.isUsable = false
            air.timeline.setCarrier(isOn: false)
        }
        mailbox.wake()
        queue.wake()
        let ends = ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
        // A box that does not come back is left to itself.
        for end in ends { end.wait(milliseconds: 1_000) }
        if !ends.isEmpty { log("\(name): \(counters)") }
    }

    /// Drops what is on the air; its reports would be worth nothing.
    static func abandon(_ air: inout Air) {
        air.transmission = nil
        air.isSounding = false
        air.listener = nil
        air.orders = [.cancel]
    }
}
