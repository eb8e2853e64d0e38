package import AIoTBase

/// The loop's time of each sample of a counter, from when blocks came.
///
/// A block can be late but never early, so the earliest arrivals tell the truth: the counter is anchored to the earliest
/// of the latest seconds. It follows the drift of the box's crystal against the loop's clock, and no sample that has come
/// lies in the future of that clock.
package struct CounterClock: Hashable, Sendable {
    /// How long the earliest arrival counts (*ours*).
    private static let span = AirDuration.milliseconds(2_000)

    private let sampleRateHz: Double
    /// The time of sample 0 by the earliest arrival of this span, and of the one before.
    private var earliest: AirTime?
    private var previous: AirTime?
    private var spanEnd = AirTime.zero

    package init(sampleRateHz: Double) {
        self.sampleRateHz = sampleRateHz
    }

    /// Forgets all arrivals: the counter begins anew.
    package mutating func restart() { self = Self(sampleRateHz: sampleRateHz) }

    /// All samples before `nextSample` have come by `now`.
    package mutating func arrived(nextSample: Int64, at now: AirTime) {
        let zero = now - AirDuration(seconds: Double(nextSample) / sampleRateHz)
        guard let earliest, now < spanEnd else {
            previous = earliest
            earliest = zero
            spanEnd = now + Self.span
            return
        }
        self.earliest = min(earliest, zero)
    }

    /// When `sample` was on the air, as far as arrivals tell; nil before the first.
    package func instant(ofSample sample: Double) -> AirTime? {
        guard let earliest else { return nil }
        return min(earliest, previous ?? earliest) + AirDuration(seconds: sample / sampleRateHz)
    }
}
