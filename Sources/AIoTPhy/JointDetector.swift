/// Decides the bits of two overlapping bursts together, their alignments and gains known: the sequence detector for two
/// devices that are not in step (Verdú 1986).
///
/// Bits of both are taken in the order in which they begin. Each overlaps with the bit of the other device that is under
/// way, so the last bit of either is all the state there is.
struct JointDetector {
    let filter: MatchedFilter
    let shape: BurstShape

    /// The likeliest bits of both; `nil` when a burst does not lie within the signal.
    func bits(_ bursts: [(alignment: Alignment, gain: Complex)]) -> [[UInt8]]? {
        guard bursts.count == 2,
            bursts.allSatisfy({ filter.contains($0.alignment, bits: shape.channelBits, shape) })
        else { return nil }
        let count = shape.channelBits
        let coupling = 2 * bursts[0].gain.along(bursts[1].gain)
        var metrics = [0.0, -Double.infinity, -Double.infinity, -Double.infinity]
        var choices: [(device: Int, from: [Int])] = []
        choices.reserveCapacity(2 * count)
        var next = [0, 0]
        while next[0] < count || next[1] < count {
            let device = nextDevice(next, bursts.map(\.alignment))
            let bit = next[device]
            let other = 1 - device
            let output = 2 * filter.output(bit: bit, bursts[device].alignment, shape).along(bursts[device].gain)
            // Two bits of the other device may be under way, the earlier of which ends in this one.
            let overlap =
                next[other] > 0
                ? coupling * self.overlap(bit, bursts[device].alignment, next[other] - 1, bursts[other].alignment) : 0
            let known = Double(shape.knownSigns[bit])
            var updated = [Double](repeating: -.infinity, count: 4)
            var from = [Int](repeating: 0, count: 4)
            for state in 0..<4 where metrics[state] > -.infinity {
                let otherSign = state >> other & 1 == 0 ? 1.0 : -1
                for value in 0..<2 {
                    let sign = value == 0 ? 1.0 : -1
                    guard known == 0 || known == sign else { continue }
                    let target = state & ~(1 << device) | value << device
                    let metric = metrics[state] + sign * output - sign * otherSign * overlap
                    if metric > updated[target] {
                        updated[target] = metric
                        from[target] = state
                    }
                }
            }
            metrics = updated
            choices.append((device, from))
            next[device] += 1
        }
        return traced(choices, from: metrics.indices.max { metrics[$0] < metrics[$1] } ?? 0)
    }

    /// The least energy by which the signal would change if a bit of one burst and an overlapping one of the other, both
    /// unknown, were both another: a quarter of the squared distance.
    func leastDistance(_ bursts: [(alignment: Alignment, gain: Complex)], bits: [[UInt8]]) -> Double {
        let (one, two) = (bursts[0], bursts[1])
        let bitSamples = Double(shape.halvesPerBit) * one.alignment.half
        let coupling = 2 * one.gain.along(two.gain)
        let both = (one.gain.power + two.gain.power) * bitSamples
        var least = Double.infinity
        for bit in bits[0].indices where shape.knownSigns[bit] == 0 {
            let begin = one.alignment.position(ofHalf: bit * shape.halvesPerBit) - two.alignment.start
            let other = Int((begin / two.alignment.half / Double(shape.halvesPerBit)).rounded(.down))
            for other in [other, other + 1] where bits[1].indices.contains(other) && shape.knownSigns[other] == 0 {
                let sign = bits[0][bit] == bits[1][other] ? 1.0 : -1
                least = min(least, both + sign * coupling * overlap(bit, one.alignment, other, two.alignment))
            }
        }
        return least
    }

    private func nextDevice(_ next: [Int], _ alignments: [Alignment]) -> Int {
        if next[0] >= shape.channelBits { return 1 }
        if next[1] >= shape.channelBits { return 0 }
        let begins = (0..<2).map { alignments[$0].position(ofHalf: next[$0] * shape.halvesPerBit) }
        return begins[0] <= begins[1] ? 0 : 1
    }

    private func traced(_ choices: [(device: Int, from: [Int])], from last: Int) -> [[UInt8]] {
        var bits: [[UInt8]] = [[], []]
        var state = last
        for (device, from) in choices.reversed() {
            bits[device].append(UInt8(state >> device & 1))
            state = from[state]
        }
        return bits.map { $0.reversed() }
    }

    /// The product of the square waves of two bits of value 0, summed over the samples that they share.
    private func overlap(_ bit: Int, _ one: Alignment, _ otherBit: Int, _ two: Alignment) -> Double {
        let halves = shape.halvesPerBit
        let begin = max(one.position(ofHalf: bit * halves), two.position(ofHalf: otherBit * halves))
        let end = min(one.position(ofHalf: (bit + 1) * halves), two.position(ofHalf: (otherBit + 1) * halves))
        var position = begin
        var sum = 0.0
        while position < end {
            // The half-periods under way; the margin steps over the edge at `position`.
            let margin = 1e-6
            let first = Int((position + margin - one.start) / one.half)
            let second = Int((position + margin - two.start) / two.half)
            let edge = min(one.position(ofHalf: first + 1), two.position(ofHalf: second + 1), end)
            guard edge > position else { break }
            sum += (first + second).isMultiple(of: 2) ? edge - position : position - edge
            position = edge
        }
        return sum
    }
}
