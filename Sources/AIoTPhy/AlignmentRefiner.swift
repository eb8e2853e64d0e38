/// Brings the alignment of a burst whose bits are known to its last detail.
///
/// First it looks whether the burst fits better some half-periods away, where only the ends of bits differ: another burst
/// may have pushed the preamble there. Then it compares the outputs a little early and a little late, bit by bit, and fits
/// a shift and a stretch to the differences.
struct AlignmentRefiner {
    /// How early and late to look, in half-periods.
    private static let distances = [0.125, 0.0625]

    /// Half-periods to look away.
    private static let neighbours = [-2.0, -1, 1, 2]

    let filter: MatchedFilter
    let shape: BurstShape

    func refined(_ alignment: Alignment, bits: [UInt8]) -> Alignment {
        corrected(placed(alignment, Self.signs(bits)), bits: bits)
    }

    /// As `refined`, but without a look further away.
    func corrected(_ alignment: Alignment, bits: [UInt8]) -> Alignment {
        Self.distances.reduce(alignment) { corrected($0, signs: Self.signs(bits), by: $1 * alignment.half) }
    }

    private static func signs(_ bits: [UInt8]) -> [Double] { bits.map { $0 == 0 ? 1.0 : -1 } }

    private func placed(_ alignment: Alignment, _ signs: [Double]) -> Alignment {
        guard shape.halvesPerBit > 2 else { return alignment }
        let trials = [alignment] + Self.neighbours.map { alignment.shifted(by: $0, stretchedBy: 0, around: 0) }
        let powers = trials.map { coherentSum($0, signs).power }
        return zip(trials, powers).max { $0.1 < $1.1 }?.0 ?? alignment
    }

    private func coherentSum(_ alignment: Alignment, _ signs: [Double]) -> Complex {
        var sum = Complex.zero
        for (output, sign) in zip(filter.outputs(bits: signs.count, alignment, shape), signs) { sum += output * sign }
        return sum
    }

    private func corrected(_ alignment: Alignment, signs: [Double], by distance: Double) -> Alignment {
        let halves = Double(shape.halvesPerBit)
        let sum = coherentSum(alignment, signs)
        let magnitude = sum.magnitude
        guard magnitude > 0, magnitude.isFinite else { return alignment }
        let axis = sum * (1 / magnitude)
        let perEdge = 2 * magnitude / (Double(signs.count) * halves * alignment.half)
        var early = alignment
        early.start -= distance
        var late = alignment
        late.start += distance
        let outputsEarly = filter.outputs(bits: signs.count, early, shape)
        let outputsLate = filter.outputs(bits: signs.count, late, shape)
        var fit = LineFit(count: signs.count)
        for bit in signs.indices {
            let difference = outputsLate[bit] - outputsEarly[bit]
            // Where neighbours differ there is no edge between them.
            let edgesLate = halves - (bit + 1 < signs.count && signs[bit] != signs[bit + 1] ? 1 : 0)
            let edgesEarly = halves - (bit > 0 && signs[bit] != signs[bit - 1] ? 1 : 0)
            let bias = perEdge * distance * (edgesEarly - edgesLate)
            fit.add(
                bit, value: difference.along(axis) * signs[bit] - bias, slope: perEdge * (edgesEarly + edgesLate))
        }
        let (shift, spread) = fit.solution(limit: distance)
        let middle = Double(signs.count) * halves / 2
        return alignment.shifted(
            by: shift / alignment.half, stretchedBy: spread / alignment.half / middle, around: middle)
    }
}

/// Least squares of `value = slope * (shift + spread * u)`, u running from -1 to 1 over the bits.
private struct LineFit {
    private let middle: Double
    private var s0 = 0.0
    private var s1 = 0.0
    private var s2 = 0.0
    private var v0 = 0.0
    private var v1 = 0.0

    init(count: Int) { middle = max(Double(count - 1) / 2, 0.5) }

    /// The slopes are nearly equal, so they weight nothing: the sums are taken as they come.
    mutating func add(_ bit: Int, value: Double, slope: Double) {
        let u = Double(bit) / middle - 1
        s0 += slope
        s1 += slope * u
        s2 += slope * u * u
        v0 += value
        v1 += value * u
    }

    /// Shift and spread, neither beyond `limit`.
    func solution(limit: Double) -> (shift: Double, spread: Double) {
        let determinant = s0 * s2 - s1 * s1
        guard determinant > 0 else { return (0, 0) }
        let shift = (v0 * s2 - v1 * s1) / determinant
        let spread = (v1 * s0 - v0 * s1) / determinant
        guard shift.isFinite, spread.isFinite else { return (0, 0) }
        return (min(max(shift, -limit), limit), min(max(spread, -limit), limit))
    }
}
