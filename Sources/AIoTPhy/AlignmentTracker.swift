/// Lines a burst up with its clock, from a preamble's alignment to that of the whole burst.
///
/// The clock error that a preamble shows is too coarse for a long burst. So the alignment is corrected over ever longer
/// parts, each twice the one before: what one part leaves uncertain, the next can still resolve. Each correction compares
/// the outputs a little early and a little late, bit by bit, and fits a shift and a stretch to the differences. Bits that
/// are not known count by what they look like, and the less the nearer they are to a toss-up.
struct AlignmentTracker {
    /// How early and late to look, in half-periods: wide while the alignment is uncertain, then narrow for precision.
    private static let wide = 0.25
    private static let narrow = 0.0625

    let filter: MatchedFilter
    let shape: BurstShape

    /// The alignment over the whole burst; `nil` when it runs out of the window.
    func tracked(_ candidate: Alignment) -> Alignment? {
        var bits = shape.preambleBits
        guard filter.contains(candidate, bits: bits, shape) else { return nil }
        var alignment = corrected(candidate, bits: bits, by: Self.wide)
        alignment = placed(corrected(alignment, bits: bits, by: Self.wide))
        while true {
            guard filter.contains(alignment, bits: bits, shape) else { return nil }
            alignment = corrected(alignment, bits: bits, by: Self.wide)
            alignment = corrected(alignment, bits: bits, by: Self.wide / 2)
            guard bits < shape.channelBits else { return alignment }
            bits = min(bits * 2, shape.channelBits)
        }
    }

    /// The alignment to the last detail, once all bits are known.
    func refined(_ alignment: Alignment, bits: [UInt8]) -> Alignment {
        let signs = bits.map { $0 == 0 ? 1.0 : -1 }
        let once = corrected(alignment, bits: bits.count, by: 2 * Self.narrow, known: signs)
        return corrected(once, bits: bits.count, by: Self.narrow, known: signs)
    }

    /// Moves by whole half-periods to where the preamble fits best: with many of them per bit, a neighbour looks alike
    /// but for the ends of bits.
    private func placed(_ start: Alignment) -> Alignment {
        var best = start
        var quality = filter.preambleQuality(best, shape)
        var distance = shape.halvesPerBit / 4
        while distance > 0 {
            for shift in [Double(distance), Double(-distance)] {
                let trial = best.moved(by: shift * best.half, spread: 0, over: 1)
                let value = filter.preambleQuality(trial, shape)
                if value > quality { (best, quality) = (trial, value) }
            }
            distance /= 2
        }
        return best
    }

    private func corrected(_ alignment: Alignment, bits: Int, by part: Double, known: [Double]? = nil) -> Alignment {
        let distance = part * alignment.half
        var early = alignment
        early.start -= distance
        var late = alignment
        late.start += distance
        let outputs = (0..<bits).map { filter.output(bit: $0, alignment, shape) }
        let (axis, amplitude) = self.axis(outputs, known: known)
        guard amplitude > 0 else { return alignment }
        let signs =
            known
            ?? outputs.indices.map { bit in
                let sign = Double(shape.knownSigns[bit])
                return sign != 0 ? sign : min(max(outputs[bit].along(axis) / amplitude, -1), 1)
            }
        var fit = LineFit(count: bits)
        let perEdge = 2 * amplitude / (Double(shape.halvesPerBit) * alignment.half)
        for bit in 0..<bits {
            let difference = filter.output(bit: bit, late, shape) - filter.output(bit: bit, early, shape)
            // Where neighbours differ there is no edge between them.
            let edgesLate = Double(shape.halvesPerBit) - (bit + 1 < bits ? (1 - signs[bit] * signs[bit + 1]) / 2 : 0)
            let edgesEarly = Double(shape.halvesPerBit) - (bit > 0 ? (1 - signs[bit] * signs[bit - 1]) / 2 : 0)
            let weight = signs[bit] * signs[bit]
            let bias = perEdge * distance * (edgesEarly - edgesLate) * weight
            fit.add(
                bit, value: difference.along(axis) * signs[bit] - bias,
                slope: perEdge * (edgesEarly + edgesLate) * weight)
        }
        let (shift, spread) = fit.solution(limit: distance)
        return alignment.moved(by: shift, spread: spread, over: bits * shape.halvesPerBit)
    }

    /// Direction of bit 0, from the preamble alone unless all bits are known, and the amplitude of one output.
    private func axis(_ outputs: [Complex], known: [Double]?) -> (Complex, Double) {
        var sum = Complex.zero
        let count = known == nil ? shape.preambleBits : outputs.count
        for bit in 0..<min(count, outputs.count) {
            sum += outputs[bit] * (known?[bit] ?? Double(shape.knownSigns[bit]))
        }
        let magnitude = sum.magnitude
        guard magnitude > 0, magnitude.isFinite else { return (.zero, 0) }
        return (sum * (1 / magnitude), magnitude / Double(count))
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

    /// All slopes are alike but for their certainty, so the value itself is the certain measure: no division by it.
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
