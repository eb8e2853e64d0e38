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
    private var hasObserved = false

    /// - Parameter expected: see `PopulationEstimator`.
    package init(limits: Limits, expected: Int?) {
        self.limits = limits
        knowsPopulation = (expected ?? 0) > 0
        estimator = PopulationEstimator(expected: expected)
    }

    package mutating func observe(_ tally: OccasionTally, occasions: Int, acknowledged: Int) {
        guard tally.occasions > 0 else { return }
        hasObserved = true
        estimator.observe(tally, occasions: occasions, acknowledged: acknowledged)
    }

    /// q of the next round.
    /// - Parameter roundsLeft: pagings that are still allowed; the last ones get more occasions than pay best, so that
    ///   fewer rounds are enough.
    package func q(acknowledged: Int, roundsLeft: Int = .max) -> Int {
        if let fixed = limits.fixedQ { return min(fixed, limits.largestQ) }
        guard hasObserved || knowsPopulation else { return min(limits.firstQ, limits.largestQ) }
        let best = best(acknowledged: acknowledged).q
        guard best > 0 else { return 0 }
        let extra = roundsLeft <= Self.hurriedRounds / 2 ? 2 : roundsLeft <= Self.hurriedRounds ? 1 : 0
        return min(best + extra, limits.largestQ)
    }

    /// With so many rounds left or fewer, saving rounds comes before saving occasions (*ours*).
    private static let hurriedRounds = 8

    /// Whether a new paging now resolves more devices per air time than the `left` occasions of the running round.
    package func isWorthAborting(
        q: Int, left: Int, acknowledged: Int, acknowledgedAtPaging: Int, roundsLeft: Int = .max
    ) -> Bool {
        guard limits.fixedQ == nil, left > 0, roundsLeft > Self.hurriedRounds else { return false }
        let staying = estimator.singleProbability(occasions: 1 << q, acknowledged: acknowledgedAtPaging)
        let fresh = best(acknowledged: acknowledged)
        let gain = (fresh.single - staying) * Double(left)
        return fresh.q != q && gain > fresh.single * limits.pagingCostInOccasions
    }

    /// The q whose occasions are most often single, at a smaller one where the pagings between rounds weigh more.
    private func best(acknowledged: Int) -> (q: Int, single: Double) {
        let backlog = estimator.expectedBacklog(acknowledged: acknowledged)
        var best = (q: 0, single: estimator.singleProbability(occasions: 1, acknowledged: acknowledged))
        guard backlog >= 0.5 else { return best }
        for q in 1...max(1, limits.largestQ) {
            // Past four times the backlog idle occasions only grow.
            if Double(1 << q) > 4 * backlog + 4 { break }
            let single = estimator.singleProbability(occasions: 1 << q, acknowledged: acknowledged)
            if single > best.single { best = (q, single) }
        }
        return best
    }
}
