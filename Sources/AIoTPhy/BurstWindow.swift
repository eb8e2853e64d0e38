import AIoTBase
import CSampleKernels

/// The samples of one time position while they come in, and the bursts that are expected in it.
struct BurstWindow {
    struct Expected {
        var burst: ExpectedBurst
        /// Place in the list of its R2D frame.
        var index: Int
    }

    /// Window samples per half-period that decimation leaves: more cost time, fewer blur the edges (*ours*).
    private static let samplesPerHalf = 8.0
    /// Most window samples that are kept; a longer window is decimated further (*ours*: 32 MB).
    private static let sampleLimit = 4_000_000
    /// Fewest samples per half-period with which a burst can still be read.
    private static let leastSamplesPerHalf = 2.0
    /// Idle carrier kept before and after, for the fit of the leak and the ends of bursts (*ours*).
    private static let leadSeconds = 100e-6
    private static let tailSeconds = 20e-6

    let expected: [Expected]
    /// End of the R2D frame that scheduled the bursts.
    let origin: Double
    /// The stream samples of the window; it is judged when the last of them is in.
    private(set) var range: Range<Int>
    private let decimation: Int
    private let streamRateHz: Double
    /// Of all bursts' half-periods, in samples.
    private let longestHalf: Double
    /// Room for the whole window, of which `filled` means are in.
    private var samples: [Float] = []
    private var filled = 0

    /// A window for bursts of one delay; `nil` when it lies outside what can be received.
    init?(_ expected: [Expected], origin: Double, streamRateHz: Double, profile: AirProfile) {
        guard let first = expected.first else { return nil }
        let error = profile.largestClockError
        let margin = D2RDemodulator.startMarginSeconds
        var length = 0.0
        var half = Double.infinity
        var longestHalf = 0.0
        for burst in expected.map(\.burst) {
            let format = burst.format
            guard format.subcarrierPeriods.nonzeroBitCount == 1, (0...7).contains(format.rateCode),
                (1...255).contains(format.transportBlockOctets), format.fits(sampleRateHz: streamRateHz, in: profile)
            else { return nil }
            length = max(length, format.duration(in: profile).seconds)
            let halves = Double(2 * format.subcarrierPeriods)
            let nominal = streamRateHz / (format.bitRateHz(in: profile) * halves)
            half = min(half, nominal)
            longestHalf = max(longestHalf, nominal)
        }
        let delay = first.burst.delay.seconds
        let begin = origin + (delay / (1 + error) - margin - Self.leadSeconds) * streamRateHz
        let end = origin + ((delay + length) / (1 - error) + margin + Self.tailSeconds) * streamRateHz
        guard begin.isFinite, end.isFinite, abs(begin) < 1e15, abs(end) < 1e15, begin < end, end > 0 else { return nil }
        range = max(Int(begin), 0)..<Int(end.rounded(.up))
        let wanted = max(Int(half / Self.samplesPerHalf), 1)
        let needed = (range.count + Self.sampleLimit - 1) / Self.sampleLimit
        decimation = max(wanted, needed)
        guard half / Double(decimation) >= Self.leastSamplesPerHalf * (1 - error) else { return nil }
        self.expected = expected
        self.origin = origin
        self.streamRateHz = streamRateHz
        self.longestHalf = longestHalf
    }

    /// Ends the window before `sample`.
    mutating func cut(at sample: Double) {
        let end = min(max(Int(sample), range.lowerBound), range.upperBound)
        range = range.lowerBound..<end
        filled = min(filled, (end - range.lowerBound) / decimation)
    }

    /// Takes what it needs of the samples in `ring`, into room out of `spare`.
    mutating func take(from ring: SampleRing, _ spare: SpareRooms) {
        let end = (min(range.upperBound, ring.end) - range.lowerBound) / decimation
        guard end > filled else { return }
        // The first mean of samples that the ring still holds.
        let begin = max(filled, (ring.oldest - range.lowerBound + decimation - 1) / decimation)
        guard begin < end else { return }
        if samples.isEmpty { samples = spare.floats(2 * (range.count / decimation)) }
        let (decimation, filled) = (decimation, filled)
        ring.with(range.lowerBound + begin * decimation..<range.lowerBound + end * decimation) { part in
            samples.withUnsafeMutableBufferPointer { samples in
                guard let base = samples.baseAddress, 2 * end <= samples.count else { return }
                // Samples that the ring no longer holds become zero, so that times stay right.
                (base + 2 * filled).update(repeating: 0, count: 2 * (begin - filled))
                aiot_block_sums(
                    part.baseAddress, part.count / 2 / decimation, decimation, 1 / Float(decimation), base + 2 * begin)
            }
        }
        self.filled = end
    }

    /// The window with what has been taken of it, whose room it gives away.
    mutating func sampleWindow() -> SampleWindow {
        var taken: [Float] = []
        swap(&taken, &samples)
        taken.removeLast(max(taken.count - 2 * filled, 0))
        return SampleWindow(
            samples: taken, firstSample: range.lowerBound, decimation: decimation, streamRateHz: streamRateHz,
            slowestPeriod: 2 * longestHalf / Double(decimation))
    }
}
