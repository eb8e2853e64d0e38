/// A sample rate as a HackRF takes it: `hertz` / `divider`.
struct HackRFSampleRate: Hashable, Sendable {
    let hertz: UInt32
    /// 1 to 31.
    let divider: UInt32

    /// What a HackRF is good for, in samples per second. Its maker supports 2 MS/s and up; the lower end is ours.
    static let range = 1_000_000.0...20_000_000.0
    static let supportedFrom = 2_000_000.0

    /// The fraction nearest to `rate`, with the smallest divider of those; nil out of `range`.
    init?(_ rate: Double) {
        guard Self.range.contains(rate) else { return nil }
        var best = (error: Double.infinity, divider: 1.0)
        for divider in stride(from: 1.0, through: 31, by: 1) {
            let error = abs((rate * divider).rounded() / divider - rate)
            if error < best.error { best = (error, divider) }
        }
        hertz = UInt32((rate * best.divider).rounded())
        divider = UInt32(best.divider)
    }

    var samplesPerSecond: Double { Double(hertz) / Double(divider) }

    /// The bandwidths of the filter in Hz (`spec/6`).
    static let filters: [UInt32] = [
        1_750_000, 2_500_000, 3_500_000, 5_000_000, 5_500_000, 6_000_000, 7_000_000, 8_000_000, 9_000_000, 10_000_000,
        12_000_000, 14_000_000, 15_000_000, 20_000_000, 24_000_000, 28_000_000,
    ]

    /// The largest filter that is no wider than 0.75 of the rate, else the smallest, as the maker's library chooses.
    var filterHertz: UInt32 {
        Self.filters.last { Double($0) <= 0.75 * samplesPerSecond } ?? Self.filters[0]
    }
}
