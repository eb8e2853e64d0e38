/// Chooses the frame size of each round, and whether a running round is worth finishing.
package struct RoundPlanner: Sendable {
    /// What a round may look like.
    package struct Limits: Hashable, Sendable {
        /// Largest q: 2^q / (X*Y) has to stay at or under 256, with the X and Y in use.
        package var largestQ: Int
        /// q that a user has fixed; nil = choose.
        package var fixedQ: Int?
        /// q of the first round while nothing is known.
        package var firstQ: Int
        /// Air time of a paging divided by that of one access occasion.
        package var pagingCostInOccasions: Double

        package init(largestQ: Int, fixedQ: Int? = nil, firstQ: Int = 4, pagingCostInOccasions: Double = 6) {
            self.largestQ = min(max(largestQ, 0), 15)
            self.fixedQ = fixedQ.map { min(max($0, 0), 15) }
            self.firstQ = min(max(firstQ, 0), 15)
            self.pagingCostInOccasions = pagingCostInOccasions
        }
    }

    private let limits: Limits
    private let knowsPopulation: Bool
    private var estimator: PopulationEstimator
    private var isNewRound = true
    /// Occasions observed, and how many of them had been when the running round was judged last.
    private var observed = 0
    private var judgedAt = 0

    /// - Parameter expected: see `PopulationEstimator`.
    package init(limits: Limits, expected: Int?) {
        self.limits = limits
        knowsPopulation = (expected ?? 0) > 0
        estimator = PopulationEstimator(expected: expected)
    }

    /// Takes in what further occasions of the round held; the first after `q` are those of a new one.
    /// - Parameters:
    ///   - occasions: 2^q of the round.
    ///   - acknowledged: devices that took no part in it.
    package mutating func observe(_ tally: OccasionTally, occasions: Int, acknowledged: Int) {
        guard tally.occasions > 0 else { return }
        if isNewRound { estimator.beginRound(occasions: occasions, acknowledged: acknowledged) }
        isNewRound = false
        observed += tally.occasions
        estimator.observe(tally)
    }

    /// q of the next round; what is observed from now on belongs to it.
    /// - Parameters:
    ///   - acknowledged: devices that will take no part.
    ///   - roundsLeft: pagings that are still allowed; the last ones get more occasions than pay best, so that fewer
    ///     rounds are enough.
    package mutating func q(acknowledged: Int, roundsLeft: Int = .max) -> Int {
        isNewRound = true
        if let fixed = limits.fixedQ { return min(fixed, limits.largestQ) }
        guard observed > 0 || knowsPopulation else { return min(limits.firstQ, limits.largestQ) }
        let best = best(acknowledged: acknowledged).q
        guard best > 0 else { return 0 }
        let extra = roundsLeft <= Self.hurriedRounds / 2 ? 2 : roundsLeft <= Self.hurriedRounds ? 1 : 0
        return min(best + extra, limits.largestQ)
    }

    /// With so many rounds left or fewer, saving rounds comes before saving occasions (*ours*).
    private static let hurriedRounds = 8

    /// Whether a new paging now resolves more devices per air time than the next occasions of the running round.
    ///
    /// It does when these resolve fewer each than a new round does on average, its paging counted in: another paging
    /// comes anyway, so its cost is not the price of aborting.
    package mutating func isWorthAborting(acknowledged: Int, roundsLeft: Int = .max) -> Bool {
        guard limits.fixedQ == nil, estimator.left > 0, roundsLeft > Self.hurriedRounds else { return false }
        // What few occasions change is not worth judging.
        guard observed - judgedAt >= min(observed, Int(lastBacklog)) / 32 else { return false }
        judgedAt = observed
        let fresh = best(acknowledged: acknowledged)
        let recovered = estimator.recovered
        let left = estimator.left
        let staying = estimator.mean {
            OpenOccasion(count: left, capture: $0.capture, recovered: recovered).resolved(load: $0.load)
        }
        return fresh.yield > staying * Self.abortMargin
    }

    private var lastBacklog = 0.0
    private static let abortMargin = 1.01

    /// The q whose rounds resolve most devices per air time, their paging counted in; and how many per occasion.
    private mutating func best(acknowledged: Int) -> (q: Int, yield: Double) {
        estimator.update()
        let low = estimator.backlog(atLevel: 0.02, acknowledged: acknowledged)
        let high = estimator.backlog(atLevel: 0.98, acknowledged: acknowledged)
        lastBacklog = estimator.backlog(atLevel: 0.5, acknowledged: acknowledged)
        let first = min(limits.largestQ, max(0, Int(low).bitWidth - Int(low).leadingZeroBitCount - 3))
        let last = min(limits.largestQ, max(first, Int(high).bitWidth - Int(high).leadingZeroBitCount + 1))
        var best = (q: 0, yield: -1.0)
        let recovered = estimator.recovered
        for q in first...last {
            let rounds = PopulationEstimator.captures.map {
                (
                    $0.share, FreshRound(occasions: 1 << q, capture: $0.share, recovered: recovered)
                )
            }
            let resolved = estimator.mean { hypothesis in
                let round = rounds.first { $0.0 == hypothesis.capture }?.1
                return round?.resolved(backlog: max(0, hypothesis.total - acknowledged)) ?? 0
            }
            let yield = resolved / (1 + limits.pagingCostInOccasions / Double(1 << q))
            if yield > best.yield { best = (q, yield) }
        }
        return best
    }
}
