import Glibc

/// Measures the mean power of received samples from one place of the receive counter on, for listening before talking.
///
/// The mean holds whatever the receiver adds itself, an offset of its mixer among it: a threshold lies above that.
struct ChannelMeter {
    /// The first sample that counts.
    private(set) var start: Int64
    private let count: Int
    private var measured = 0
    private var energy = 0.0

    /// - Parameter count: samples that are measured, at least one.
    init(start: Int64, count: Int) {
        self.start = start
        self.count = max(1, count)
    }

    /// Begins anew at `sample` where samples before it are missing.
    mutating func restart(at sample: Int64) { self = Self(start: max(start, sample), count: count) }

    /// Takes interleaved complex samples, the first with the number `firstSample`.
    /// - Returns: the level in dB below full scale once there are enough.
    mutating func push(_ interleaved: UnsafeBufferPointer<Float>, firstSample: Int64) -> Double? {
        let available = interleaved.count / 2
        let begin = Int(min(max(start - firstSample, 0), Int64(available)))
        let end = min(available, begin + count - measured)
        for place in 2 * begin..<2 * end { energy += Double(interleaved[place] * interleaved[place]) }
        measured += end - begin
        return measured < count ? nil : 10 * log10(max(energy / Double(count), 1e-20))
    }
}
