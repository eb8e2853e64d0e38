/// Corrects gain and alignment of a burst by what it left in the signal when it was taken out.
///
/// At the edges of its square wave a burst that was taken out too early or late leaves slivers. One step of Gauss and
/// Newton fits a shift and a stretch to them, the gain to everything; unlike the outputs of bits, samples tell the place of
/// an edge exactly. A strong burst needs that, or its slivers look like another device.
struct ResidualFit {
    /// Most samples by which an edge is moved in one step.
    private static let limit = 0.5

    let signal: CleanSignal
    let shape: BurstShape

    /// The alignment and gain with which a burst of these channel bits fits better, taken out as `contribution` so far.
    func corrected(
        _ contribution: BurstContribution, _ alignment: Alignment, _ gain: Complex, bits: [UInt8]
    ) -> (alignment: Alignment, gain: Complex) {
        guard contribution.energy > 0, !bits.isEmpty else { return (alignment, gain) }
        var change = Complex.zero
        for (index, level) in contribution.levels.enumerated() {
            change += sample(contribution.firstSample + index) * Double(level)
        }
        change = change * (1 / contribution.energy)
        let halves = bits.count * shape.halvesPerBit
        let middle = Double(halves) / 2
        let fitted = gain + change
        let scale = 1 / max(fitted.power, .leastNormalMagnitude)
        var sums = LineSums()
        var previous = level(0, bits)
        for half in 1..<halves {
            let next = level(half, bits)
            defer { previous = next }
            guard next != previous else { continue }
            let index = Int(alignment.position(ofHalf: half)) - contribution.firstSample
            guard contribution.levels.indices.contains(index) else { continue }
            let rest = sample(contribution.firstSample + index) - change * Double(contribution.levels[index])
            // A rising edge that comes later lowers its sample by twice the delay.
            sums.add(Double(half) / middle - 1, rest.along(fitted) * scale, slope: previous - next)
        }
        let (shift, spread) = sums.solution(limit: Self.limit)
        let moved = alignment.shifted(
            by: shift / alignment.half, stretchedBy: spread / alignment.half / middle, around: middle)
        return (moved, fitted)
    }

    private func sample(_ index: Int) -> Complex {
        guard index >= 0, index < signal.count else { return .zero }
        return Complex(Double(signal.samples[2 * index]), Double(signal.samples[2 * index + 1]))
    }

    private func level(_ half: Int, _ bits: [UInt8]) -> Double {
        half.isMultiple(of: 2) == (bits[half / shape.halvesPerBit] == 0) ? 1 : -1
    }
}

/// Least squares of `value = slope * (shift + spread * u)`, u running from -1 to 1.
private struct LineSums {
    private var s0 = 0.0
    private var s1 = 0.0
    private var s2 = 0.0
    private var v0 = 0.0
    private var v1 = 0.0

    mutating func add(_ u: Double, _ value: Double, slope: Double) {
        s0 += slope * slope
        s1 += slope * slope * u
        s2 += slope * slope * u * u
        v0 += slope * value
        v1 += slope * value * u
    }

    func solution(limit: Double) -> (shift: Double, spread: Double) {
        let determinant = s0 * s2 - s1 * s1
        let shift = (v0 * s2 - v1 * s1) / determinant
        let spread = (v1 * s0 - v0 * s1) / determinant
        guard shift.isFinite, spread.isFinite else { return (0, 0) }
        return (min(max(shift, -limit), limit), min(max(spread, -limit), limit))
    }
}
