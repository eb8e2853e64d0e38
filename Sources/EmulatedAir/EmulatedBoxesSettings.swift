/// How `EmulatedBoxes` move their air.
package struct EmulatedBoxesSettings: Sendable {
    package enum Pacing: Hashable, Sendable {
        /// On a thread, as fast as the callbacks return.
        case free
        /// On a thread, so many seconds of the air in one of the monotonic clock.
        case realTime(factor: Double)
        /// Only in `EmulatedBoxes.step`, on the thread that calls it.
        case stepped
    }

    package var pacing = Pacing.free
    /// Samples of the air between two rounds of callbacks, 1...`BoxAir.blockLimit`.
    package var blockSamples = 2_048
    /// Samples between the callback that fills one and the air.
    package var transmitLatencySamples = 4_096
    /// Called before each block on the thread of the air, which waits for it: how a consumer holds a free air until it has
    /// taken what it got.
    package var hold: (@Sendable () -> Void)?
    /// Takes what each box has sent, when it is on the air, in its transmit format: the box, the octets, and the number of
    /// the first sample by the box's own clock from the start of the air.
    package var transmitted: (@Sendable (Int, UnsafeRawBufferPointer, Int64) -> Void)?

    package init(pacing: Pacing = .free) {
        self.pacing = pacing
    }
}
