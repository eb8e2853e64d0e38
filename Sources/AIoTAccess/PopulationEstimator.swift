import Glibc

/// A Bayesian estimate of how many devices take part in an inventory.
///
/// It holds the probability of each total population at a mesh of totals: every one where it is known closely, ever
/// fewer away from there. What a round has held so far is judged as a whole (`RoundEvidence`). The total does not
/// change when devices are acknowledged; at each paging a little of a wide prior is mixed in, for devices come and go.
///
/// Captures are estimated along with the total, for an occasion with one looks single and hides the rest.
struct PopulationEstimator: Sendable {
    /// One total and capture share.
    struct Hypothesis: Sendable {
        var total: Int
        /// Its place in `captures`.
        var row: Int
        /// Totals that it stands for.
        var width: Double
        /// Logarithm of its probability density at the paging, and now; -infinity when it is out.
        var logPrior: Double
        var logDensity: Double
        /// Devices in each occasion that is still to be opened.
        var load = 0.0
        /// Probability.
        var mass = 0.0
    }

    /// Shares of captures, and how likely each is beforehand (*ours*).
    static let captures: [(share: Double, prior: Double)] = [(0, 0.9), (0.4, 0.05), (0.8, 0.05)]
    /// Largest population considered, *ours*.
    static let largestPopulation = 20_000
    /// How much of the wide prior each paging mixes in (*ours*).
    private static let change = 1e-4
    /// Hypotheses less likely than this are out until the next paging.
    private static let negligible = 1e-8
    /// Nor do those less likely than this count in a mean.
    static let unimportant = 1e-5

    private let expected: Int?
    /// Those of one capture share after another, each by rising totals.
    private(set) var hypotheses: [Hypothesis] = []
    private var evidence = RoundEvidence(occasions: 1)
    private var acknowledgedAtPaging = 0
    private var hasBegun = false
    private var isStale = false
    /// Devices recovered of collisions, and how many of these held just two.
    private var recoveredDevices = 0.0
    private var pairs = 0.0
    private var judged = OccasionTally()

    /// - Parameter expected: the number that the AIoTF expects (`approximateNoofTargetDevices`), nil when unknown:
    ///   then every order of magnitude is equally likely.
    init(expected: Int?) {
        self.expected = expected.flatMap { $0 > 0 ? min($0, Self.largestPopulation) : nil }
        mesh(acknowledged: 0)
    }

    /// A round of `occasions` was paged.
    /// - Parameter acknowledged: devices that take no part in it.
    mutating func beginRound(occasions: Int, acknowledged: Int) {
        update()
        mesh(acknowledged: acknowledged)
        evidence = RoundEvidence(occasions: max(1, occasions))
        judged = OccasionTally()
        acknowledgedAtPaging = acknowledged
        let constants = hypotheses(ofCapture: 0).map { evidence.constant(backlog: $0.total - acknowledged) }
        for index in hypotheses.indices {
            hypotheses[index].logPrior = hypotheses[index].logDensity + constants[index % constants.count]
        }
    }

    /// Takes in what further occasions of the round held.
    mutating func observe(_ tally: OccasionTally) {
        evidence.tally += tally
        isStale = true
    }

    /// 2^q of the round, and how many of them are still to be opened.
    var occasions: Int { evidence.occasions }
    var left: Int { evidence.left }

    func hypotheses(ofCapture row: Int) -> ArraySlice<Hypothesis> {
        let size = hypotheses.count / Self.captures.count
        return hypotheses[row * size..<(row + 1) * size]
    }

    /// Devices that are read out of a collision of two, on average; nothing is expected before it has been seen.
    var recovered: Double { min(2, recoveredDevices / (pairs + 2)) }

    /// Judges all hypotheses by what has been observed.
    mutating func update() {
        guard isStale else { return }
        isStale = false
        hasBegun = true
        var best = -Double.infinity
        for index in hypotheses.indices where hypotheses[index].logDensity > -.infinity {
            let likelihood = evidence.logLikelihood(
                backlog: hypotheses[index].total - acknowledgedAtPaging,
                capture: Self.captures[hypotheses[index].row].share, load: &hypotheses[index].load)
            hypotheses[index].logDensity = hypotheses[index].logPrior + likelihood
            best = max(best, hypotheses[index].logDensity)
        }
        weigh(best: best)
        judgeRecovery()
    }

    private mutating func weigh(best: Double) {
        guard best > -.infinity else { return }
        var sum = 0.0
        for index in hypotheses.indices {
            let density = hypotheses[index].logDensity - best
            let mass = density > -40 ? exp(density) * hypotheses[index].width : 0
            hypotheses[index].mass = mass
            sum += mass
        }
        for index in hypotheses.indices where hypotheses[index].mass < Self.negligible * sum {
            hypotheses[index].mass = 0
            hypotheses[index].logDensity = -.infinity
        }
        for index in hypotheses.indices { hypotheses[index].mass /= sum }
    }

    private mutating func judgeRecovery() {
        let collided = Double(evidence.tally.collided - judged.collided)
        if collided > 0 {
            recoveredDevices += Double(evidence.tally.recovered - judged.recovered)
            pairs +=
                collided
                * mean { hypothesis in
                    let x = max(hypothesis.load, 1e-3)
                    let held = exp(x) - 1 - x
                    return held.isFinite ? x * x / 2 / held : 0
                }
        }
        judged = evidence.tally
    }

    /// The mean over all hypotheses that matter.
    func mean(of value: (Hypothesis) -> Double) -> Double {
        var sum = 0.0
        for hypothesis in hypotheses where hypothesis.mass > Self.unimportant {
            sum += hypothesis.mass * value(hypothesis)
        }
        return sum
    }

    /// The number of devices not acknowledged yet that is exceeded with probability 1 - `level`.
    func backlog(atLevel level: Double, acknowledged: Int) -> Double {
        let size = hypotheses.count / Self.captures.count
        var below = 0.0
        for index in 0..<size {
            var mass = 0.0
            for row in Self.captures.indices { mass += hypotheses[row * size + index].mass }
            if below + mass >= level {
                let width = hypotheses[index].width
                let within = mass > 0 ? (level - below) / mass - 0.5 : 0
                return max(0, Double(hypotheses[index].total - acknowledged) + (width > 1 ? within * width : 0))
            }
            below += mass
        }
        return 0
    }
}

extension PopulationEstimator {
    /// Lays the mesh anew, closest where the backlog is now likely, and carries the probabilities over.
    private mutating func mesh(acknowledged: Int) {
        let totals = meshedTotals(acknowledged: acknowledged)
        let wide = (Double(Self.largestPopulation) + 1.5)
        let scale = 1 / (log(wide) + 0.577)
        var fresh: [Hypothesis] = []
        fresh.reserveCapacity(totals.count * Self.captures.count)
        for (row, capture) in Self.captures.enumerated() {
            let old = hypotheses(ofCapture: row)
            var index = old.startIndex
            for (place, total) in totals.enumerated() {
                let below = place > 0 ? totals[place - 1] : total - 1
                let above = place + 1 < totals.count ? totals[place + 1] : total + 1
                let width = Double(above - below) / 2
                let floor = capture.prior * scale / Double(total - acknowledged + 1)
                let density: Double
                if hasBegun {
                    while index + 1 < old.endIndex, old[index + 1].total <= total { index += 1 }
                    density = (1 - Self.change) * Self.density(old, at: total, from: index) + Self.change * floor
                } else {
                    density = prior(total, capture: capture.prior, floor: floor)
                }
                fresh.append(
                    Hypothesis(
                        total: total, row: row, width: width, logPrior: 0, logDensity: log(density)))
            }
        }
        hypotheses = fresh
        weigh(best: hypotheses.lazy.map(\.logDensity).max() ?? 0)
        for index in hypotheses.indices where hypotheses[index].mass > 0 {
            hypotheses[index].logDensity = log(hypotheses[index].mass / hypotheses[index].width)
        }
    }

    private func prior(_ total: Int, capture: Double, floor: Double) -> Double {
        guard let expected else { return floor }
        let centre = Double(expected)
        let spread = max(0.2, 0.01 * centre)
        let exact = (Double(total) - centre) / spread
        let rough = log((Double(total) + 0.5) / (centre + 0.5)) / log(1.5)
        let normal = 1 / (2 * Double.pi).squareRoot()
        return capture
            * (0.6 * normal / spread * exp(-0.5 * exact * exact)
                + 0.3 * normal / log(1.5) / (Double(total) + 0.5) * exp(-0.5 * rough * rough)) + 0.1 * floor
    }

    /// The density of one capture share between two points of the mesh, `index` the last at or under `total`.
    private static func density(_ row: ArraySlice<Hypothesis>, at total: Int, from index: Int) -> Double {
        guard row.indices.contains(index) else { return 0 }
        let lower = row[index]
        if lower.total == total { return lower.logDensity > -.infinity ? lower.mass / lower.width : 0 }
        guard lower.total < total, index + 1 < row.endIndex, lower.mass > 0, row[index + 1].mass > 0 else { return 0 }
        let upper = row[index + 1]
        let part = Double(total - lower.total) / Double(upper.total - lower.total)
        return exp((1 - part) * log(lower.mass / lower.width) + part * log(upper.mass / upper.width))
    }

    private func meshedTotals(acknowledged: Int) -> [Int] {
        var totals: Set<Int> = []
        var backlog = 0
        while backlog < Self.largestPopulation {
            totals.insert(acknowledged + backlog)
            backlog += max(1, backlog / 6)
        }
        totals.insert(acknowledged + Self.largestPopulation)
        var middle = Double(expected ?? 1)
        var spread = max(0.5, 0.01 * middle)
        if hasBegun {
            middle = self.backlog(atLevel: 0.5, acknowledged: acknowledged)
            let low = self.backlog(atLevel: 0.16, acknowledged: acknowledged)
            let high = self.backlog(atLevel: 0.84, acknowledged: acknowledged)
            spread = max(0.5, (high - low) / 2)
        }
        for step in -15...15 {
            let backlog = Int((middle + Double(step) * spread / 3).rounded())
            if (0...Self.largestPopulation).contains(backlog) { totals.insert(acknowledged + backlog) }
        }
        return totals.sorted()
    }
}
