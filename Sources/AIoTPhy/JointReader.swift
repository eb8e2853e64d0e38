/// Reads two bursts of one place that hide each other: of equal strength, neither can be read as if the other were noise.
///
/// Both preambles are looked for, the second in what the first leaves, and fitted side by side. With two alignments and two
/// gains known, all bits of both are decided together; then everything is fitted anew to all bits, and they are decided
/// again. A pair counts only when nothing is left beneath it.
struct JointReader {
    /// How often two preambles are fitted side by side, and two bursts (*ours*).
    private static let preambleRounds = 6
    private static let burstRounds = 4
    /// Second preambles to try (*ours*).
    private static let attempts = 3
    /// Least distance, in noise powers, of exchanging two bits between the bursts: CRCs do not show it, as they are linear,
    /// so nearer bits are not decided (*ours*).
    private static let leastDistance = 3.0

    let signal: CleanSignal
    let place: Place
    let profile: AirProfile

    /// One of the two bursts while they are fitted.
    private struct Part {
        var bits: [UInt8]
        var alignment: Alignment
        var gain = Complex.zero
        var contribution: BurstContribution
    }

    /// The bursts with a right CRC of a pair that explains all that is there, with `first` the alignment of one preamble.
    func pair(_ first: Alignment) -> [BurstReader.Reading] {
        var rest = signal
        let one = added(first, to: &rest)
        let candidates = rest.sums.withUnsafeBufferPointer { sums in
            let filter = MatchedFilter(sums, noise: rest.noise)
            return place.search.result(filter, grid: place.search.outputGrid(filter)).candidates
        }
        for candidate in candidates.prefix(Self.attempts) {
            var rest = rest
            var parts = [one, added(candidate.alignment, to: &rest)]
            for _ in 0..<Self.preambleRounds { fit(&parts, &rest) }
            let readings = readings(of: parts)
            if !readings.isEmpty { return readings }
        }
        return []
    }

    /// A preamble at `alignment` with the gain that fits best, taken out of `rest`.
    private func added(_ alignment: Alignment, to rest: inout CleanSignal) -> Part {
        let bits = profile.d2rPreamble
        let contribution = BurstContribution(
            bits: bits, alignment: alignment, shape: place.shape, profile: profile)
        var parts = [Part(bits: bits, alignment: alignment, contribution: contribution)]
        fit(&parts, &rest)
        return parts[0]
    }

    /// Fits each part to what all leave.
    private func fit(_ parts: inout [Part], _ rest: inout CleanSignal) {
        for index in parts.indices {
            let part = parts[index]
            let fit = ResidualFit(signal: rest, shape: place.shape)
            let (alignment, gain) = fit.corrected(part.contribution, part.alignment, part.gain, bits: part.bits)
            let contribution = BurstContribution(
                bits: part.bits, alignment: alignment, shape: place.shape, profile: profile)
            rest.subtract(part.contribution, gain: part.gain * -1)
            rest.subtract(contribution, gain: gain)
            parts[index] = Part(bits: part.bits, alignment: alignment, gain: gain, contribution: contribution)
        }
    }

    /// Decides the bits behind two preambles until they no longer change.
    private func readings(of preambles: [Part]) -> [BurstReader.Reading] {
        var parts = preambles
        var rest = signal
        for _ in 0..<Self.burstRounds {
            let bits = signal.sums.withUnsafeBufferPointer { sums in
                JointDetector(filter: MatchedFilter(sums, noise: signal.noise), shape: place.shape)
                    .bits(parts.map { ($0.alignment, $0.gain) })
            }
            guard let bits else { return [] }
            let isSettled = bits == parts.map(\.bits)
            rest = signal
            for (index, bits) in bits.enumerated() {
                parts[index].bits = bits
                parts[index].contribution = BurstContribution(
                    bits: bits, alignment: parts[index].alignment, shape: place.shape, profile: profile)
                rest.subtract(parts[index].contribution, gain: parts[index].gain)
            }
            for _ in 0..<2 { fit(&parts, &rest) }
            if isSettled { break }
        }
        let isExplained = rest.sums.withUnsafeBufferPointer { sums in
            let filter = MatchedFilter(sums, noise: rest.noise)
            let test = ResidualTest(filter: filter, shape: place.shape)
            let distance = JointDetector(filter: filter, shape: place.shape).leastDistance(
                parts.map { ($0.alignment, $0.gain) }, bits: parts.map(\.bits))
            return distance > Self.leastDistance * rest.noise
                && parts.allSatisfy { test.excess(of: $0.alignment, gain: $0.gain) == nil }
        }
        return isExplained ? parts.compactMap { reading($0, noise: rest.noise) } : []
    }

    private func reading(_ part: Part, noise: Double) -> BurstReader.Reading? {
        let shape = place.shape
        let soft = zip(part.bits, shape.codedIndices).filter { $1 >= 0 }.map { Float($0.0 == 0 ? 1 : -1) }
        let decoded = D2RCoding.decoded(soft, format: shape.format, in: profile)
        guard decoded.crcRight else { return nil }
        let bitSamples = part.alignment.half * Double(shape.halvesPerBit)
        let preamble = bitSamples * Double(shape.preambleBits)
        return BurstReader.Reading(
            decoded: decoded, alignment: part.alignment, gain: part.gain,
            snr: part.gain.power * bitSamples / max(noise, .leastNormalMagnitude), contribution: part.contribution,
            preamblePower: part.gain.power * preamble * preamble,
            total: part.gain.power * part.contribution.energy * part.contribution.energy)
    }
}
