/// Lines a burst up with its clock, from a preamble's alignment to that of the whole burst.
///
/// The clock error that a preamble shows is too coarse for a long burst. So alignments are weighed over ever longer parts,
/// each about twice the one before: what one part leaves uncertain, the next can still resolve. Bits that are not known count by
/// their power along the phase that they share, so a burst far below the level at which single bits can be decided still
/// counts. Many alignments, of all candidates for the preamble, are followed side by side: the likeliest of a short part
/// need not be the right one.
struct AlignmentTracker {
    /// Trial shifts and slips of the far end, in half-periods: of the first part and of the later ones, then in detail.
    private static let shifts = [-0.2, 0, 0.2]
    private static let firstSlips = [-1.8, -1.4, -1.0, -0.6, -0.3, 0, 0.3, 0.6, 1.0, 1.4, 1.8]
    private static let slips = [-0.5, -0.25, 0, 0.25, 0.5]
    /// Half-periods to look away from a candidate: with several periods per bit a neighbour is nearly as strong.
    private static let neighbours = [-2.0, -1, 1, 2]
    private static let farShifts = [-1, -0.2, 0, 0.2, 1]
    private static let details = [-0.1, 0, 0.1]
    /// How early and late to look at last, in half-periods (*ours*).
    private static let sharpening = [0.3, 0.15]
    /// Alignments that differ by less than this at either end are one, in half-periods (*ours*).
    private static let distinct = 0.25
    /// A burst must show this part of the power that one at the least SNR has, less so many deviations of noise (*ours*).
    private static let leastPart = 0.7
    private static let noiseReach = 2.5
    private static let narrow = 40
    /// A part that is up to so much shorter than the burst is followed by the whole (*ours*).
    private static let lastReach = 2.5
    /// From so many times the preamble on a leader stands for all that are whole bits away (*ours*).
    private static let anywhere = 6
    /// By how much less likely than the likeliest an alignment may be, in nepers (*ours*).
    private static let likelihoodReach = 12.0

    let filter: MatchedFilter
    let shape: BurstShape
    /// Outputs at hand; without, each is computed.
    let grid: OutputGrid?
    /// Alignments followed side by side; of more than `narrow` half as many from part to part.
    let width: Int
    /// The SNR per bit for which alignments are weighed: about the least at which the burst can be decoded.
    let snr: Double

    /// Half-periods that devices have, relative to the nominal one.
    let halves: ClosedRange<Double>

    /// Likely alignments over the whole burst, the likeliest first; none when it runs out of the window or nothing follows
    /// the preamble.
    func tracked(_ candidates: [Alignment]) -> [Alignment] {
        var leaders = candidates.filter { filter.contains($0, bits: shape.preambleBits, shape) }.flatMap {
            places($0).map { Trial(alignment: $0, likelihood: 0, excess: 0) }
        }
        var known = shape.preambleBits
        var slips = Self.firstSlips
        var shifts = Self.shifts
        var width = width
        while known < shape.channelBits, !leaders.isEmpty {
            let bits = Double(known) * Self.lastReach < Double(shape.channelBits) ? known * 2 : shape.channelBits
            let trials = leaders.flatMap { leader in
                filter.contains(leader.alignment, bits: bits, shape)
                    ? weighed(around: leader.alignment, bits: bits, pivot: known, shifts: shifts, slips: slips)
                    : []
            }
            leaders = likeliest(trials, bits: bits, width: width).map { detailed($0, bits: bits) }
            known = bits
            slips = Self.slips
            width = max(width / 2, min(width, Self.narrow))
            // One that has left all behind, its neighbours too, needs no look far away.
            shifts = width > 1 && leaders.count > 1 ? Self.farShifts : Self.shifts
        }
        return leaders.sorted { $0.likelihood > $1.likelihood }.map(\.alignment).filter {
            filter.contains($0, bits: shape.channelBits, shape)
        }
    }

    /// The likeliest place near an alignment of the whole burst, to a small part of a half-period.
    ///
    /// Off its peak the likelihood falls off in straight lines, so three of its values tell where the peak is.
    func sharpened(_ alignment: Alignment) -> Alignment {
        let middle = Double(shape.channelBits * shape.halvesPerBit) / 2
        return Self.sharpening.reduce(alignment) { alignment, distance in
            let steps = [(distance, 0), (0, distance / middle)]
            return steps.reduce(alignment) { alignment, step in
                func likelihood(_ part: Double) -> Double {
                    exactly(alignment.shifted(by: part * step.0, stretchedBy: part * step.1, around: middle)).likelihood
                }
                let (early, late) = (likelihood(-1), likelihood(1))
                let curvature = max(2 * likelihood(0) - early - late, 0)
                let part = (late - early) / max(curvature + abs(late - early), .leastNormalMagnitude)
                return alignment.shifted(by: part * step.0, stretchedBy: part * step.1, around: middle)
            }
        }
    }

    /// As a grid weighs it, but from outputs computed for this alignment.
    private func exactly(_ alignment: Alignment) -> Trial { weighed(alignment, bits: shape.channelBits, grid: nil) }

    /// The likeliest trials that differ and that something follows.
    private func likeliest(_ trials: [Trial], bits: Int, width: Int) -> [Trial] {
        let count = Double(max(bits - shape.preambleBits, 1))
        let least = Self.leastPart * snr * (2 * count).squareRoot() - Self.noiseReach
        var chosen: [Trial] = []
        for trial in trials.filter({ $0.excess > least }).sorted(by: { $0.likelihood > $1.likelihood }) {
            let highest = chosen.first?.likelihood ?? trial.likelihood
            guard width > chosen.count, trial.likelihood > highest - Self.likelihoodReach else { break }
            if !chosen.contains(where: { isAlike($0.alignment, trial.alignment, bits: bits) }) { chosen.append(trial) }
        }
        return chosen
    }

    /// Whether both line up the same bits, the same ones or, far behind the preamble, others.
    private func isAlike(_ one: Alignment, _ other: Alignment, bits: Int) -> Bool {
        let bit = Double(shape.halvesPerBit)
        var shift = (one.start - other.start) / one.half
        var slip = (one.half - other.half) / one.half * Double(bits) * bit
        if bits > Self.anywhere * shape.preambleBits, width > 1 { shift -= (shift / bit).rounded() * bit }
        slip += shift
        return abs(shift) < Self.distinct && abs(slip) < Self.distinct
    }

    private func detailed(_ trial: Trial, bits: Int) -> Trial {
        weighed(around: trial.alignment, bits: bits, pivot: bits, shifts: Self.details, slips: Self.details).max {
            $0.likelihood < $1.likelihood
        } ?? trial
    }

    /// Weighs the alignments that differ by a shift and a stretch around the middle of the first `pivot` bits.
    private func weighed(
        around alignment: Alignment, bits: Int, pivot: Int, shifts: [Double], slips: [Double]
    ) -> [Trial] {
        let middle = Double(pivot * shape.halvesPerBit) / 2
        let reach = max(Double(bits * shape.halvesPerBit) - middle, 1)
        return slips.flatMap { slip in
            shifts.map { shift in
                weighed(
                    alignment.shifted(by: shift, stretchedBy: slip / reach, around: middle), bits: bits, grid: grid)
            }
        }
    }

    private struct Trial {
        var alignment: Alignment
        var likelihood: Double
        /// Power of the bits behind the preamble over that of noise, in deviations of noise.
        var excess: Double
    }

    private func weighed(_ alignment: Alignment, bits: Int, grid: OutputGrid?) -> Trial {
        let half = alignment.half / shape.nominalHalf
        guard grid == nil || halves.contains(half) else {
            return Trial(alignment: alignment, likelihood: -.infinity, excess: -.infinity)
        }
        let weight =
            grid.map { $0.weight(alignment, bits: bits) }
            ?? filter.weight(alignment, bits: bits, shape)
        let variance = max(filter.noise * alignment.half * Double(shape.halvesPerBit), .leastNormalMagnitude)
        let gain = (snr / variance).squareRoot()
        // The phase at which known and unknown bits agree best, found by going round twice.
        var axis = weight.sum * (1 / max(weight.sum.magnitude, .leastNormalMagnitude))
        for _ in 0..<2 {
            let direction = weight.sum + weight.square * axis.conjugate * gain
            axis = direction * (1 / max(direction.magnitude, .leastNormalMagnitude))
        }
        // Twice the power along the axis.
        let along = weight.power + weight.square.along(axis * axis)
        let count = max(weight.unknown, 1)
        return Trial(
            alignment: alignment, likelihood: 2 * gain * weight.sum.along(axis) + gain * gain * along,
            excess: (along / variance - count) / (2 * count).squareRoot())
    }

    /// Where a burst may be that made this candidate.
    private func places(_ candidate: Alignment) -> [Alignment] {
        let start = grid == nil ? placed(candidate) : candidate
        guard width > 1 else { return [start] }
        return [start] + Self.neighbours.map { start.shifted(by: $0, stretchedBy: 0, around: 0) }
    }

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
