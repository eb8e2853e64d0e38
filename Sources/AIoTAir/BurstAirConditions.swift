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
    /// A burst that exceeds the sum of the others in its place by this much is decoded; nil: never.
    package var captureThresholdDB: Double? = 6

    package init() {}
}
