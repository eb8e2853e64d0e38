import CSampleKernels

/// What the fit of a steady leak leaves of one that moves, found from the running sums of a window.
///
/// Devices are balanced: over whole periods of the slowest subcarrier they have no mean but the step at their ends. So
/// means of a few periods show how the leak moves, and lines between them are taken out; a line hardly reaches into a
/// matched filter. A sudden change is found first, by where the lines before and behind it fail to meet. A leak that
/// stands still is left alone, sample for sample.
struct LeakDrift {
    /// Periods per mean (*ours*): at 3,750 bit/s and R = 1 drift up to some 200 Hz is followed.
    private static let periodsPerMean = 4.0
    /// Periods per mean on either side of a sudden change, two of them each.
    private static let periodsPerSide = 3.0
    /// Drift matters from this part of the noise in a bit on (*ours*); noise alone looks like 0.002. What bursts leave
    /// in means is no drift: a hundredth of their power.
    private static let leastDrift = 0.02
    private static let leastDriftToBursts = 0.02
    /// A change counts as sudden from this part of the power of bursts and noise on (*ours*): devices reach two thirds of
    /// it where bits are worst.
    private static let leastStep = 3.0
    /// Most sudden changes that are taken out of a window.
    static let stepLimit = 16

    private let sums: UnsafeBufferPointer<Double>
    private let count: Int
    /// Samples per mean, and per side of a sudden change.
    private let size: Int
    private let side: Int

    /// `sums` as in `CleanSignal`, the slowest subcarrier with a period of `period` samples.
    init(sums: UnsafeBufferPointer<Double>, period: Double) {
        self.sums = sums
        count = max(sums.count / 2 - 1, 0)
        size = max(Int((Self.periodsPerMean * period).rounded()), 1)
        side = max(Int((Self.periodsPerSide * period).rounded()), 1)
    }

    private func mean(_ from: Int, _ to: Int) -> Complex {
        Complex(sums[2 * to] - sums[2 * from], sums[2 * to + 1] - sums[2 * from + 1]) * (1 / Double(to - from))
    }

    /// Means behind one another over the window.
    private var means: [Complex] { (0..<count / size).map { mean($0 * size, ($0 + 1) * size) } }

    /// The middle one of some powers, and the most.
    struct Spread {
        var count = 0
        var usual = 0.0
        var most = 0.0

        fileprivate init(_ powers: [Float]) {
            count = powers.count
            guard let most = powers.max() else { return }
            self.most = Double(most)
            usual = Double(aiot_ranked(powers, count, count / 2))
        }
    }

    /// Powers of the differences from mean to mean.
    var changes: Spread {
        let means = means
        return Spread(zip(means, means.dropFirst()).map { Float(($0.1 - $0.0).power) })
    }

    /// Whether the leak moves all the time, by enough to reach into bits in which noise has this power a sample; bursts
    /// make steps only at their ends.
    func isMoving(_ changes: Spread, noise: Double, spread: Double) -> Bool {
        guard changes.count >= 3 else { return false }
        // Between two means the leak moves in a line; of that a bit of one period holds a quarter of its own length.
        let perBit = Double(size) / Self.periodsPerMean
        let reach = perBit / (4 * Self.periodsPerMean)
        return changes.usual * reach * reach > Self.leastDrift * noise * perBit
            && changes.usual > Self.leastDriftToBursts * spread
    }

    /// Whether a sudden change may be found: two means differ by half of one or more.
    func mayHaveStep(_ changes: Spread, spread: Double) -> Bool { changes.most > Self.leastStep / 4 * spread }

    /// Takes the lines between the means out of interleaved samples.
    func flatten(_ samples: UnsafeMutableBufferPointer<Float>) {
        let means = means
        guard means.count >= 2 else { return }
        for line in 0..<means.count - 1 {
            let from = means[line]
            let slope = (means[line + 1] - from) * (1 / Double(size))
            // Each mean stands in the middle of its samples; the first and the last line reach to the ends.
            let middle = Double(line * size) + Double(size - 1) / 2
            let first = line == 0 ? 0 : line * size + size / 2
            let end = line == means.count - 2 ? count : (line + 1) * size + size / 2
            for place in first..<end {
                let distance = Double(place) - middle
                samples[2 * place] -= Float(from.re + slope.re * distance)
                samples[2 * place + 1] -= Float(from.im + slope.im * distance)
            }
        }
    }
}

// MARK: - Sudden changes

extension LeakDrift {
    struct Step {
        var place: Int
        var size: Complex
    }

    /// The largest sudden change of the leak; nil when none stands out.
    func largestStep(spread: Double) -> Step? {
        guard count > 4 * side else { return nil }
        var largest: Step?
        var power = Self.leastStep * spread
        for place in 2 * side..<count - 2 * side {
            let gap = gap(place)
            guard gap.power > power else { continue }
            largest = Step(place: place, size: gap)
            power = gap.power
        }
        return largest.map(sharpened)
    }

    /// Moves a step to where the samples change most in its direction: lines are too long to tell that well.
    private func sharpened(_ step: Step) -> Step {
        let reach = side / 3
        let width = 3
        var best = step
        var most = 0.0
        for place in max(step.place - reach, width)...min(step.place + reach, count - width) {
            let change = (mean(place, place + width) - mean(place - width, place)).along(step.size)
            if change > most { (best.place, most) = (place, change) }
        }
        return best
    }

    /// Power of a sample around the mean in each block.
    func spreads(_ samples: UnsafeBufferPointer<Float>) -> Spread {
        guard let base = samples.baseAddress else { return Spread([]) }
        let means = means
        return withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * means.count) { levels in
            aiot_block_levels(base, means.count, size, levels.baseAddress)
            return Spread(means.indices.map { max(levels[3 * $0 + 2] - Float(means[$0].power), 0) })
        }
    }

    /// By how much the line before a place and the line behind it fail to meet.
    private func gap(_ place: Int) -> Complex {
        let before = mean(place - side, place) * 1.5 - mean(place - 2 * side, place - side) * 0.5
        let behind = mean(place, place + side) * 1.5 - mean(place + side, place + 2 * side) * 0.5
        return behind - before
    }
}
