package import AIoTBase
package import AIoTReader

/// Something that happened at a radio.
package enum RadioEvent: Sendable {
    /// The frame `id` and all windows that it opened are over at `RadioOutcome.end`. A simulated radio knows that ahead of
    /// time: then whoever drives it waits until it comes.
    case transmissionEnded(id: UInt64, RadioOutcome)
    /// The carrier was interrupted: every device has lost its session.
    case carrierLost
    /// Told at each change; a radio is taken to be ready until it says otherwise. A change to a state that is not usable
    /// means that the carrier is gone, and that what was on the air will not be told.
    case stateChanged(RadioState, why: String)
}

/// A radio in real time, driven by one loop: orders come in its order and with its time, events go back to it.
///
/// No call but `stop` blocks. One frame is under way at a time.
package protocol RadioFrontEnd: Sendable {
    /// What it is, in words.
    var name: String { get }
    /// Takes the radio into use; events come on a thread of the radio's own until `stop` has returned.
    /// - Parameter clock: the time on which orders and outcomes are told.
    func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void)
    /// Puts a frame on the air, at `time` or as soon after as the radio can.
    func transmit(_ transmission: R2DTransmission, at time: AirTime)
    /// Switches the carrier; off ends every device's session.
    func setCarrier(isOn: Bool, at time: AirTime)
    /// Ends the carrier and all work; may wait for a box to give back what it holds, a second at most.
    func stop()
}
