import Glibc

/// Reads one burst from a candidate for its preamble: lines it up, follows its clock, decodes and measures it.
///
/// The clock error that a preamble shows is too coarse for a long burst. So the alignment is refined over ever longer
/// parts, each twice the one before: what one part leaves uncertain, the next can still resolve. Bits that are not known
/// count with the sign that suits them, so no bit needs to be decided first.
struct BurstReader {
    struct Reading {
        var decoded: D2RCoding.Decoded
        var alignment: Alignment
        /// Whether the burst as a whole, not only its CRC, stands out of the noise.
        var isBurst: Bool
        /// Half the difference of the reflection states as received, in the carrier's phase.
        var gain: Complex
        /// |gain|^2 * T_bit / N0.
        var snr: Double
        /// What the burst adds to the window, in units of the gain.
        var contribution: BurstContribution
        /// Power of the preamble's coherent sum.
        var preamblePower: Double
    }

    /// Probability that noise alone makes a burst in one window (*ours*).
    private static let falseBurstProbability = 1e-7

    /// Steps of the climb in half-periods, and most moves of one size.
    private static let fineSteps = [0.25, 0.125, 0.0625, 0.03125, 0.015625]
    private static let finalSteps = [0.0625, 0.03125, 0.015625, 0.0078125]
    private static let movesPerStep = 4
    /// Bits at each end over which the mean is compared with the rest beside it (*ours*).
    private static let restBits = 4.0

    let filter: MatchedFilter
    let shape: BurstShape
    let profile: AirProfile

    /// `nil` when the burst does not lie within the window.
    func reading(_ candidate: PreambleSearch.Candidate, hypotheses: Double) -> Reading? {
        guard let alignment = tracked(candidate.alignment) else { return nil }
        let outputs = filter.outputs(alignment, shape)
        let axis = phase(of: outputs)
        var soft = [Float](repeating: 0, count: shape.codedBits)
        for (bit, index) in shape.codedIndices.enumerated() where index >= 0 {
            soft[index] = Float(outputs[bit].re * axis.re + outputs[bit].im * axis.im)
        }
        let decoded = D2RCoding.decoded(soft, format: shape.format, in: profile)
        return measured(decoded, alignment, hypotheses: hypotheses)
    }

    /// The alignment that suits the whole burst best.
    private func tracked(_ candidate: Alignment) -> Alignment? {
        var bits = shape.preambleBits
        guard filter.contains(candidate, bits: bits, shape) else { return nil }
        var alignment = climbed(from: candidate, steps: Self.fineSteps, bits: bits)
        // Half a period away the subcarrier looks alike but for the ends of bits.
        let wholeSteps = sequence(first: max(shape.halvesPerBit / 4, 1)) { $0 > 1 ? $0 / 2 : nil }.map(Double.init)
        alignment = climbed(from: alignment, steps: wholeSteps, bits: bits, stretches: false)
        while true {
            guard filter.contains(alignment, bits: bits, shape) else { return nil }
            alignment = climbed(from: alignment, steps: Self.fineSteps, bits: bits)
            guard bits < shape.channelBits else { return alignment }
            bits = min(bits * 2, shape.channelBits)
        }
    }

    private func climbed(from start: Alignment, steps: [Double], bits: Int, stretches: Bool = true) -> Alignment {
        climbed(from: start, steps: steps, halves: bits * shape.halvesPerBit, stretches: stretches) {
            filter.alignmentQuality($0, bits: bits, shape)
        }
    }

    /// Climbs to the best alignment by shifts of the whole and of the ends, in `steps` of a half-period.
    private func climbed(
        from start: Alignment, steps: [Double], halves: Int, stretches: Bool, quality: (Alignment) -> Double
    ) -> Alignment {
        var best = start
        var highest = quality(best)
        for step in steps.map({ $0 * start.half }) {
            let moves: [(Double, Double)] = [(step, 0), (-step, 0)] + (stretches ? [(0, step), (0, -step)] : [])
            for _ in 0..<Self.movesPerStep {
                let before = best
                for (shift, spread) in moves {
                    let trial = best.moved(by: shift, spread: spread, over: halves)
                    let value = quality(trial)
                    if value > highest { (best, highest) = (trial, value) }
                }
                if best == before { break }
            }
        }
        return best
    }

    /// The phase of bit 0: from the known bits first, then from all.
    private func phase(of outputs: [Complex]) -> Complex {
        var sum = Complex.zero
        for (output, sign) in zip(outputs, shape.knownSigns) { sum += output * Double(sign) }
        for (output, known) in zip(outputs, shape.knownSigns) where known == 0 {
            // Weak outputs say little of the phase and may have the wrong sign: they count by their size anyway.
            let alike = output.re * sum.re + output.im * sum.im
            sum += alike < 0 ? output * -1 : output
        }
        return sum * (1 / max(sum.magnitude, .leastNormalMagnitude))
    }

    private func measured(
        _ decoded: D2RCoding.Decoded, _ rough: Alignment, hypotheses: Double
    ) -> Reading? {
        guard let bits = try? D2RCoding.burstBits(of: decoded.octets, format: shape.format, in: profile) else {
            return nil
        }
        var alignment = rough
        if decoded.crcRight {
            // All bits are known now: what is left of the misalignment would blur the measurement.
            let halves = bits.count * shape.halvesPerBit
            alignment = climbed(from: rough, steps: Self.finalSteps, halves: halves, stretches: true) {
                coherentSum(filter.outputs($0, shape), bits).power
                    / filter.templateEnergy($0, bits: bits.count, shape)
            }
        }
        let outputs = filter.outputs(alignment, shape)
        let sum = coherentSum(outputs, bits)
        let energy = outputs.reduce(0) { $0 + $1.power }
        let count = Double(outputs.count)
        var contribution = BurstContribution(bits: bits, alignment: alignment, shape: shape, profile: profile)
        let axis = sum * (1 / max(sum.magnitude, .leastNormalMagnitude))
        let across = outputs.reduce(0) {
            $0 + ($1.im * axis.re - $1.re * axis.im) * ($1.im * axis.re - $1.re * axis.im)
        }
        let gain = sum * (1 / max(contribution.energy, 1))
        contribution.lift(by: restStep(bits.count, alignment, gain: gain))
        // Noise is measured across the burst's axis, where errors of timing do not count as noise.
        let noisePerSample = 2 * across / max(contribution.energy, 1)
        let bitSamples = alignment.half * Double(shape.halvesPerBit)
        let words = Double(decoded.octets.count) * 8 * log(2)
        let bound = 1 - exp((log(Self.falseBurstProbability / max(hypotheses, 1)) - words) / (count - 1))
        return Reading(
            decoded: decoded, alignment: alignment, isBurst: decoded.crcRight && sum.power > bound * count * energy,
            gain: gain, snr: gain.power * bitSamples / max(noisePerSample, .leastNormalMagnitude),
            contribution: contribution,
            preamblePower: filter.preamble(alignment, shape).sum.power)
    }

    private func coherentSum(_ outputs: [Complex], _ bits: [UInt8]) -> Complex {
        zip(bits, outputs).reduce(.zero) { $1.0 == 0 ? $0 + $1.1 : $0 - $1.1 }
    }

    /// The mean of a burst over the rest before and after it, in units of the gain: +1 for a device that rests
    /// absorbing, -1 for one that rests reflecting.
    ///
    /// Only what is taken out of the signal for other bursts depends on it. Where too little rest is in the window to
    /// tell, the device is taken to rest absorbing.
    private func restStep(_ bits: Int, _ alignment: Alignment, gain: Complex) -> Float {
        let bit = alignment.half * Double(shape.halvesPerBit)
        let end = alignment.start + Double(bits) * bit
        let length = min(Self.restBits, Double(bits)) * bit
        var step = 0.0
        var weight = 0.0
        for (edge, sign) in [(alignment.start, 1.0), (end, -1.0)] {
            let outside = sign > 0 ? min(edge, length) : min(filter.limit - edge, length)
            guard outside > 0.25 * bit else { continue }
            let before = filter.total(before: edge - (sign > 0 ? outside : length))
            let middle = filter.total(before: edge)
            let after = filter.total(before: edge + (sign > 0 ? length : outside))
            let early = (middle - before) * (1 / (sign > 0 ? outside : length))
            let late = (after - middle) * (1 / (sign > 0 ? length : outside))
            step += ((late - early) * gain.conjugate).re * sign / gain.power * outside
            weight += outside
        }
        return weight > 0 ? Float(min(max((step / weight).rounded(), -1), 1)) : 1
    }
}
