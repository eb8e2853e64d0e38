/// Tells whether more than noise is left where a burst was taken out of the signal: whether another device is beneath it.
///
/// The rest is held against the subcarrier in step with the burst and a quarter of a period later, bit by bit, so it shows
/// at any offset and whatever its bits. For the long bits of many periods, in which another clock slips, parts of bits are
/// summed.
struct ResidualTest {
    /// Half-periods that are added up in phase at most: within them two clocks stay together (*ours*).
    private static let halvesPerPart = 8
    /// Least excess over noise, in noise powers of one bit: another device of 3 dB per bit, seen off its step (*ours*).
    private static let leastExcess = 0.6
    /// The same in deviations of the mean of all parts (*ours*).
    private static let leastDeviations = 6.0
    /// What an imperfect model of a strong burst may leave, relative to it: -30 dB, and what edges leave that are off by
    /// 0.07 samples, as those of coarse samples are (*ours*).
    private static let leastOfBurst = 0.001
    private static let leastOfEdges = 0.02
    /// No part counts for more than this many times the threshold, so that an impulse is no device (*ours*).
    private static let partLimit = 10.0

    let filter: MatchedFilter
    let shape: BurstShape

    /// Power of a bit's output in what a burst left, beside noise; `nil` when noise and an imperfect model explain it.
    func excess(of alignment: Alignment, gain: Complex) -> Double? {
        let halves = min(shape.halvesPerBit, Self.halvesPerPart)
        let partsPerBit = Double(shape.halvesPerBit / halves)
        // The last part is left out: its later twin would reach beyond the burst.
        let parts = shape.channelBits * shape.halvesPerBit / halves - 1
        let partSamples = alignment.half * Double(halves)
        let count = Double(max(2 * parts, 1))
        let least = max(Self.leastExcess / partsPerBit, Self.leastDeviations / count.squareRoot())
        let ofModel = max(Self.leastOfBurst, Self.leastOfEdges / (alignment.half * alignment.half))
        let ofBurst = gain.power * partSamples * partSamples * ofModel
        let most = filter.noise * partSamples
        let limit = most + Self.partLimit * max(most * least, ofBurst)
        var power = 0.0
        var energy = 0.0
        for part in 0..<parts {
            let start = alignment.position(ofHalf: part * halves)
            for shift in [0, alignment.half / 2] {
                let output = output(from: start + shift, halves, alignment.half)
                power += min(output.sum.power, limit)
                energy += output.energy
            }
        }
        let noise = filter.noise * energy / count
        let excess = power / count - noise
        return excess > max(noise * least, ofBurst) ? excess * partsPerBit * partsPerBit : nil
    }

    /// One output, and the energy of what it is held against: a sample with an edge in it counts for less.
    private func output(from start: Double, _ halves: Int, _ half: Double) -> (sum: Complex, energy: Double) {
        var sum = Complex.zero
        var loss = 0.0
        var before = filter.total(before: start)
        for index in 0..<halves {
            let end = start + Double(index + 1) * half
            let after = filter.total(before: end)
            sum = index.isMultiple(of: 2) ? sum + after - before : sum - after + before
            before = after
            let part = end - end.rounded(.down)
            loss += part * (1 - part)
        }
        return (sum, Double(halves) * half - 4 * loss)
    }
}
