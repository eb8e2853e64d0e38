package import AIoTBase
package import AIoTReader

/// Something that happened at a radio.
package enum RadioEvent: Sendable {
    /// The frame `id` and all windows that it opened are over at `RadioOutcome.end`. A simulated radio knows that ahead of
    /// time: then whoever drives it waits until it comes.
    case transmissionEnded(id: UInt64, RadioOutcome)
    /// The carrier was interrupted: every device has lost its session.
    case carrierLost
    /// Told at each change; a radio is taken to be opening until it says otherwise. A change to a state that is not usable
    /// means that the carrier is gone, and that what was on the air will not be told.
    case stateChanged(RadioState, why: String)
    /// What `listen` has measured, in dB below the full scale of the receiver; nil where it could not.
    case channelHeard(levelDBFS: Double?)
}

/// A radio in real time, driven by one loop: orders come in its order and with its time, events go back to it.
///
/// No call but `stop` blocks. One frame is under way at a time.
package protocol RadioFrontEnd: Sendable {
    /// What it is, in words.
    var name: String { get }
    /// Takes the radio into use; events come on a thread of the radio's own, or within this call, until `stop` has returned.
    /// - Parameter clock: the time on which orders and outcomes are told.
    func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void)
    /// Puts a frame on the air, at `time` or as soon after as the radio can.
    func transmit(_ transmission: R2DTransmission, at time: AirTime)
    /// Switches the carrier; off ends every device's session.
    func setCarrier(isOn: Bool, at time: AirTime)
    /// Ends the carrier and all work; may wait for a box to give back what it holds, a second at most.
    func stop()
    /// Measures the channel for so long while the carrier is off; `RadioEvent.channelHeard` answers it.
    func listen(for duration: AirDuration)
    /// What it sends of its own accord keeps to these limits from now on.
    func keep(to limits: AirLimits)
    /// What it has counted since its start; any thread may ask, at any time.
    var counters: RadioCounters { get }
    /// How far its streams have come; nil where it has none of its own.
    var flow: SampleFlow? { get }
}

extension RadioFrontEnd {
    package var counters: RadioCounters { RadioCounters() }
    package var flow: SampleFlow? { nil }
    package func keep(to limits: AirLimits) {}
}

/// How far the streams of a radio have come: both grow while samples flow, and stand while they do not.
package struct SampleFlow: Hashable, Sendable {
    /// Blocks since the start.
    package var received: Int
    package var transmitted: Int

    package init(received: Int, transmitted: Int) {
        self.received = received
        self.transmitted = transmitted
    }
}
