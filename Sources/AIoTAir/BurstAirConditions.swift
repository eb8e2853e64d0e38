/// What the simulated air does to bursts.
package struct BurstAirConditions: Hashable, Sendable {
    /// Probability that one device misses one R2D frame.
    package var r2dLoss = 0.0
    /// Probability that one D2R burst comes in corrupted: heard, but not decodable.
    package var d2rLoss = 0.0
    /// SNR per bit of a burst of power 0 dB, for the measurements that are reported.
    package var snrDB = 20.0
    /// Device powers are uniform within plus and minus this many dB.
    package var powerSpreadDB = 3.0
    /// A burst that exceeds the sum of the others in its place by this much is decoded; nil: never, and then no collision is
    /// recovered either.
    package var captureThresholdDB: Double? = 6
    /// Of two bursts in one place whose powers differ by this much, both are decoded; nil: never.
    ///
    /// The default is what `docs/collisions.md` measured of the receiver: it reads both of two that differ by 3 dB in more
    /// than nine of ten occasions.
    package var collisionRecoveryDB: Double? = 3

    /// Frames that are lost for certain, for tests.
    package var chosenLosses = ChosenLosses()

    package init() {}
}

/// Frames that are lost for certain, by their place in the run.
package struct ChosenLosses: Hashable, Sendable {
    /// R2D frames, counted from 0.
    package var r2dFrames: Set<Int> = []
    /// The one device that misses those R2D frames, by its place in the population; nil: every device does.
    package var deviceMissingR2D: Int?
    /// D2R bursts, counted from 0 in the order in which devices send them.
    package var d2rBursts: Set<Int> = []
    /// Whether those bursts are not heard at all, instead of coming in corrupted.
    package var burstsAreAbsent = false

    package init() {}

    func misses(frame: Int, device: Int) -> Bool {
        r2dFrames.contains(frame) && (deviceMissingR2D ?? device) == device
    }
}
