import AIoTBase
import Glibc

/// Reads one burst from a candidate for its preamble: lines it up, decodes and measures it.
struct BurstReader {
    struct Reading {
        var decoded: D2RCoding.Decoded
        var alignment: Alignment
        /// Half the difference of the reflection states as received, in the carrier's phase.
        var gain: Complex
        /// |gain|^2 * T_bit / N0.
        var snr: Double
        /// What the burst adds to the window but for its step, in units of the gain.
        var contribution: BurstContribution
        /// Power of the preamble's coherent sum.
        var preamblePower: Double
        /// Power of the coherent sum of all bits.
        var total: Double
    }

    /// By how much more often noise may add up as well as a burst than be as strong as one (*ours*).
    private static let shareAllowance = 1e3
    /// Least coherent share of a burst without code: an SNR of 0 dB per bit.
    private static let leastShareWithoutCode = 0.5
    /// Least amplitude of the preamble relative to all bits (*ours*: four deviations at the least SNR).
    private static let leastPreamble = 0.6
    private static let leastPreambleWithCode = 0.4
    private static let leastPreambleRepeated = 0.15
    /// A bit below this part of the amplitude is a toss-up, unless noise may reach it; this many may be (*ours*).
    private static let tossUp = 0.3
    private static let tossUpLimit = 4
    private static let noiseReach = 5.0
    /// By how much a measured clock error may exceed the largest.
    private static let clockErrorSlack = 1.1
    /// Alignments to follow and to decode where a code hears bursts too weak to line up for certain (*ours*).
    private static let trackedWithCode = 40
    private static let trackedRepeated = 160
    private static let decodedWithCode = 3
    /// Bits by which the preamble may be mistaken, and the places for it that are decoded (*ours*).
    private static let shiftReach = 8
    private static let shiftsDecoded = 3
    /// How well the known bits must fit relative to the best place (*ours*).
    private static let leastFit = 0.5
    /// About the least SNR per bit at which a burst can be decoded: without code, coded, and repeated besides.
    private static let leastSNR = (1.5, 0.5, 0.25)

    let filter: MatchedFilter
    let grid: OutputGrid?
    let shape: BurstShape
    let profile: AirProfile
    /// Probability that noise alone makes a burst in one window.
    let falseBurstProbability: Double

    /// The burst behind one of `candidates`; `nil` when there is none but those that are `known`.
    func burst(
        _ candidates: [PreambleSearch.Candidate], hypotheses: Double, besides known: [D2RCoding.Decoded] = []
    ) -> Reading? {
        // A code hears bursts whose preamble hardly stands out: then the candidates compete, else they take turns.
        guard !shape.format.fec else {
            let width = shape.format.repetition ? Self.trackedRepeated : Self.trackedWithCode
            return burst(among: candidates, width: width, hypotheses, known)
        }
        for candidate in candidates {
            if let reading = burst(among: [candidate], width: 1, hypotheses, known) { return reading }
        }
        return nil
    }

    private func burst(
        among candidates: [PreambleSearch.Candidate], width: Int, _ hypotheses: Double, _ known: [D2RCoding.Decoded]
    ) -> Reading? {
        let error = Self.clockErrorSlack * profile.largestClockError
        let tracker = AlignmentTracker(
            filter: filter, shape: shape, grid: grid, width: width, snr: leastSNR,
            halves: 1 / (1 + error)...1 / max(1 - error, 0.5))
        for rough in tracker.tracked(candidates.map(\.alignment)).prefix(shape.format.fec ? Self.decodedWithCode : 1) {
            let places = shape.format.fec ? shifts(of: tracker.sharpened(rough)) : [sharpened(rough)]
            let readings = places.compactMap { alignment -> Reading? in
                let decoded = decoded(alignment)
                guard decoded.crcRight, !known.contains(decoded) else { return nil }
                return measured(decoded, alignment, hypotheses: hypotheses)
            }
            // A message that begins with 0 has a right CRC one bit later too; its preamble then fits less.
            if let best = readings.max(by: { $0.total < $1.total }) { return best }
        }
        return nil
    }

    /// Where the burst may lie when whole bits of it line up like this: coded bits look alike wherever they start, only the
    /// known ones tell. Those that fit best come first.
    private func shifts(of alignment: Alignment) -> [Alignment] {
        let reach = Self.shiftReach
        let trials = (-reach...reach).map {
            alignment.shifted(by: Double($0 * shape.halvesPerBit), stretchedBy: 0, around: 0)
        }.filter { filter.contains($0, bits: shape.channelBits, shape) }
        let axis = phase(of: filter.outputs(alignment, shape))
        let ranked = trials.map { trial in
            var sum = Complex.zero
            for (bit, sign) in shape.knownSigns.enumerated() where sign != 0 {
                sum += filter.output(bit: bit, trial, shape) * Double(sign)
            }
            return (alignment: trial, fit: abs(sum.along(axis)))
        }.sorted { $0.fit > $1.fit }
        let least = Self.leastFit * (ranked.first?.fit ?? 0)
        return ranked.prefix(Self.shiftsDecoded).filter { $0.fit >= least }.map(\.alignment)
    }

    private var leastSNR: Double {
        guard shape.format.fec else { return Self.leastSNR.0 }
        return shape.format.repetition ? Self.leastSNR.2 : Self.leastSNR.1
    }

    /// Without a code single bits are right often enough to line the burst up by them in detail.
    private func sharpened(_ alignment: Alignment) -> Alignment {
        let outputs = filter.outputs(alignment, shape)
        let axis = phase(of: outputs)
        let bits = zip(outputs, shape.knownSigns).map { output, known -> UInt8 in
            (known != 0 ? Double(known) : output.along(axis)) < 0 ? 1 : 0
        }
        return AlignmentRefiner(filter: filter, shape: shape).corrected(alignment, bits: bits)
    }

    private func decoded(_ alignment: Alignment) -> D2RCoding.Decoded {
        let outputs = filter.outputs(alignment, shape)
        let axis = phase(of: outputs)
        var soft = [Float](repeating: 0, count: shape.codedBits)
        for (bit, index) in shape.codedIndices.enumerated() where index >= 0 {
            soft[index] = Float(outputs[bit].along(axis))
        }
        return D2RCoding.decoded(soft, format: shape.format, in: profile)
    }

    /// The phase of bit 0: from the known bits first, then from all; the squares of those that are not known say where
    /// it is but for its sign.
    private func phase(of outputs: [Complex]) -> Complex {
        var sum = Complex.zero
        var square = Complex.zero
        var energy = 0.0
        for (output, sign) in zip(outputs, shape.knownSigns) {
            if sign != 0 { sum += output * Double(sign) } else { square += output * output }
            energy += output.power
        }
        // An unknown bit weighs by its own size over the noise's: the known bits' amplitude over the mean power.
        let gain =
            square.magnitude.squareRoot() / max(energy, .leastNormalMagnitude) * Double(outputs.count).squareRoot()
        var axis = sum * (1 / max(sum.magnitude, .leastNormalMagnitude))
        for _ in 0..<4 {
            let direction = sum + square * axis.conjugate * gain
            axis = direction * (1 / max(direction.magnitude, .leastNormalMagnitude))
        }
        return axis
    }

    /// Measures a burst whose CRC is right; `nil` when it does not stand out of the noise.
    private func measured(
        _ decoded: D2RCoding.Decoded, _ rough: Alignment, hypotheses: Double
    ) -> Reading? {
        guard let bits = try? D2RCoding.burstBits(of: decoded.octets, format: shape.format, in: profile) else {
            return nil
        }
        // With all bits known, what is left of the misalignment need not blur the measurement.
        let alignment = AlignmentRefiner(filter: filter, shape: shape).refined(rough, bits: bits)
        let outputs = filter.outputs(alignment, shape)
        let sum = coherentSum(outputs, bits)
        let contribution = BurstContribution(bits: bits, alignment: alignment, shape: shape, profile: profile)
        guard isPlausible(alignment, outputs, sum), shape.format.fec || isDecided(bits, outputs, sum),
            standsOut(sum, outputs, templateEnergy: contribution.energy, decoded, hypotheses: hypotheses)
        else { return nil }
        let axis = sum * (1 / max(sum.magnitude, .leastNormalMagnitude))
        let across = outputs.reduce(0) { $0 + $1.across(axis) * $1.across(axis) }
        let gain = sum * (1 / max(contribution.energy, 1))
        // Noise is measured across the burst's axis, where errors of timing do not count as noise.
        let noisePerSample = 2 * across / max(contribution.energy, 1)
        let bitSamples = alignment.half * Double(shape.halvesPerBit)
        return Reading(
            decoded: decoded, alignment: alignment, gain: gain,
            snr: gain.power * bitSamples / max(noisePerSample, .leastNormalMagnitude), contribution: contribution,
            preamblePower: filter.preamble(alignment, shape).sum.power, total: sum.power)
    }

    /// Whether the preamble has its share in the burst, and the clock error is one that devices have.
    ///
    /// Uncoded bits of a stronger burst elsewhere always add up; the preamble does not.
    private func isPlausible(_ alignment: Alignment, _ outputs: [Complex], _ sum: Complex) -> Bool {
        let preamble = zip(outputs.prefix(shape.preambleBits), shape.knownSigns).reduce(Complex.zero) {
            $0 + $1.0 * Double($1.1)
        }
        let perPreambleBit =
            preamble.along(sum) / max(sum.magnitude, .leastNormalMagnitude) / Double(shape.preambleBits)
        let perBit = sum.magnitude / Double(outputs.count)
        let least =
            shape.format.fec
            ? shape.format.repetition ? Self.leastPreambleRepeated : Self.leastPreambleWithCode : Self.leastPreamble
        let error = abs(shape.nominalHalf / alignment.half - 1)
        return perPreambleBit > least * perBit && error < Self.clockErrorSlack * profile.largestClockError
    }

    /// Whether few bits are toss-ups that noise does not explain: where two bursts of one strength overlap in step, bits in
    /// which they differ cancel, and one in 64 such mixtures would have its CRC right.
    private func isDecided(_ bits: [UInt8], _ outputs: [Complex], _ sum: Complex) -> Bool {
        let axis = sum * (1 / max(sum.magnitude, .leastNormalMagnitude))
        let amplitude = sum.magnitude / Double(outputs.count)
        let across = outputs.reduce(0) { $0 + $1.across(axis) * $1.across(axis) }
        let deviation = (across / Double(outputs.count)).squareRoot()
        let limit = min(Self.tossUp * amplitude, amplitude - Self.noiseReach * deviation)
        let tossUps = zip(bits, outputs).count { $1.along(axis) * ($0 == 0 ? 1 : -1) < limit }
        return tossUps <= Self.tossUpLimit
    }

    /// Whether noise would hardly make a burst like this, all its bits taken together.
    ///
    /// Every hypothesis times every message is one more chance for noise, hence a union bound over both. The sum is held
    /// against the noise of the window, and, less strictly, against the burst's own outputs: those also hold what other
    /// devices add, which is no noise. Without a code, bits that are all right are far above that.
    private func standsOut(
        _ sum: Complex, _ outputs: [Complex], templateEnergy: Double, _ decoded: D2RCoding.Decoded, hypotheses: Double
    ) -> Bool {
        // A longer burst tells more clocks apart than its preamble; with a code, places whole bits away were tried too.
        let clocks = Double(outputs.count) / Double(shape.preambleBits)
        let places = shape.format.fec ? Double(2 * Self.shiftReach + 1) : 1
        let chances = log(max(hypotheses, 1) * clocks * places) + Double(decoded.octets.count) * 8 * log(2)
        let powerBound = (chances - log(falseBurstProbability)) * filter.noise * templateEnergy
        let energy = outputs.reduce(0) { $0 + $1.power } * Double(outputs.count)
        let shareProbability = falseBurstProbability * Self.shareAllowance
        let shareBound = 1 - exp((log(shareProbability) - chances) / Double(outputs.count - 1))
        let share = shape.format.fec ? shareBound : max(shareBound, Self.leastShareWithoutCode)
        return sum.power > powerBound && sum.power > share * energy
    }

    private func coherentSum(_ outputs: [Complex], _ bits: [UInt8]) -> Complex {
        zip(bits, outputs).reduce(.zero) { $1.0 == 0 ? $0 + $1.1 : $0 - $1.1 }
    }
}
