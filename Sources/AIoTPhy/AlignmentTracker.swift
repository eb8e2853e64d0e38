/// Lines a burst up with its clock, from a preamble's alignment to that of the whole burst.
///
/// The clock error that a preamble shows is too coarse for a long burst. So alignments are weighed over ever longer parts,
/// each twice the one before: what one part leaves uncertain, the next can still resolve. Bits that are not known count by
/// their likelihood under either value, so a burst far below the level at which single bits can be decided still counts.
/// A few alignments are followed side by side, for the likeliest of a short part need not be the right one.
struct AlignmentTracker {
    /// Trial shifts and slips of the far end, in half-periods: of the first part and of the later ones, then in detail.
    private static let shifts = [-0.2, 0, 0.2]
    private static let firstSlips = [-0.9, -0.6, -0.3, 0, 0.3, 0.6, 0.9]
    private static let slips = [-0.5, -0.25, 0, 0.25, 0.5]
    private static let details = [-0.1, 0, 0.1]
    /// By how much the bits behind the preamble must exceed noise, in deviations of noise (*ours*).
    private static let leastExcess = 1.0
    /// By how much less likely than the likeliest an alignment may be, in nepers (*ours*).
    private static let likelihoodReach = 8.0

    let filter: MatchedFilter
    let shape: BurstShape
    /// Outputs at hand; without, each is computed.
    let grid: OutputGrid?
    /// Alignments followed side by side.
    let width: Int

    /// Likely alignments over the whole burst, the likeliest first; none when it runs out of the window or nothing follows
    /// the preamble.
    func tracked(_ candidate: Alignment) -> [Alignment] {
        guard filter.contains(candidate, bits: shape.preambleBits, shape) else { return [] }
        let start = grid == nil ? placed(candidate) : candidate
        var leaders = [Trial(alignment: start, likelihood: 0, excess: 0)]
        var known = shape.preambleBits
        var slips = Self.firstSlips
        while known < shape.channelBits {
            let bits = min(known * 2, shape.channelBits)
            var list = TrialList(limit: width)
            for leader in leaders where filter.contains(leader.alignment, bits: bits, shape) {
                weigh(leader.alignment, bits: bits, around: known, shifts: Self.shifts, slips: slips, &list)
            }
            leaders = list.trials.filter { trial in
                trial.excess > Self.leastExcess && trial.likelihood > list.highest - Self.likelihoodReach
            }.map { detailed($0.alignment, bits: bits) }
            known = bits
            slips = Self.slips
        }
        leaders.sort { $0.likelihood > $1.likelihood }
        return leaders.map(\.alignment).filter { filter.contains($0, bits: shape.channelBits, shape) }
    }

    private func detailed(_ alignment: Alignment, bits: Int) -> Trial {
        var list = TrialList(limit: 1)
        weigh(alignment, bits: bits, around: bits, shifts: Self.details, slips: Self.details, &list)
        return list.trials.first ?? Trial(alignment: alignment, likelihood: -.infinity, excess: 0)
    }

    /// Weighs the alignments that differ by a shift and a stretch around the middle of the first `known` bits.
    private func weigh(
        _ alignment: Alignment, bits: Int, around known: Int, shifts: [Double], slips: [Double], _ list: inout TrialList
    ) {
        let pivot = Double(known * shape.halvesPerBit) / 2
        let reach = max(Double(bits * shape.halvesPerBit) - pivot, 1)
        let amplitude = preambleSum(alignment).magnitude / Double(shape.preambleBits)
        for slip in slips {
            for shift in shifts {
                let trial = alignment.shifted(by: shift, stretchedBy: slip / reach, around: pivot)
                list.insert(weighed(trial, bits: bits, amplitude: amplitude))
            }
        }
    }

    fileprivate struct Trial {
        var alignment: Alignment
        var likelihood: Double
        /// Power of the bits behind the preamble over that of noise, in deviations of noise.
        var excess: Double
    }

    private func weighed(_ alignment: Alignment, bits: Int, amplitude: Double) -> Trial {
        let variance = filter.noise * alignment.half * Double(shape.halvesPerBit)
        let gain = 2 * amplitude / max(variance, amplitude * amplitude * 1e-4)
        let weight = grid?.weight(alignment, bits: bits, gain: gain) ?? weight(alignment, bits: bits, gain: gain)
        let count = Double(max(bits - shape.preambleBits, 1))
        let deviation = (count / 2).squareRoot() * max(variance, .leastNormalMagnitude)
        return Trial(
            alignment: alignment, likelihood: gain * weight.length + weight.likelihood,
            excess: (weight.power - count * variance / 2) / deviation)
    }

    /// As a grid weighs it, but from outputs computed for this alignment.
    private func weight(_ alignment: Alignment, bits: Int, gain: Double) -> AlignmentWeight {
        let outputs = filter.outputs(bits: bits, alignment, shape)
        return AlignmentWeight(
            re: outputs.map { Float($0.re) }, im: outputs.map { Float($0.im) }, first: 0.5, perBit: 1, bits: bits,
            gain: gain, shape)
    }

    private func preambleSum(_ alignment: Alignment) -> Complex { filter.preamble(alignment, shape).sum }

    /// Moves by whole half-periods to where the preamble fits best: with many of them per bit, a neighbour looks alike
    /// but for the ends of bits.
    private func placed(_ start: Alignment) -> Alignment {
        var best = start
        var quality = filter.preambleQuality(best, shape)
        var distance = shape.halvesPerBit / 4
        while distance > 0 {
            for shift in [Double(distance), Double(-distance)] {
                let trial = best.shifted(by: shift, stretchedBy: 0, around: 0)
                let value = filter.preambleQuality(trial, shape)
                if value > quality { (best, quality) = (trial, value) }
            }
            distance /= 2
        }
        return best
    }
}

/// The likeliest trials, likeliest first.
private struct TrialList {
    let limit: Int
    private(set) var trials: [AlignmentTracker.Trial] = []

    init(limit: Int) { self.limit = limit }

    var highest: Double { trials.first?.likelihood ?? -.infinity }

    mutating func insert(_ trial: AlignmentTracker.Trial) {
        if trials.count == limit, let last = trials.last, last.likelihood >= trial.likelihood { return }
        let rank = trials.firstIndex { $0.likelihood < trial.likelihood } ?? trials.count
        trials.insert(trial, at: rank)
        if trials.count > limit { trials.removeLast() }
    }
}
