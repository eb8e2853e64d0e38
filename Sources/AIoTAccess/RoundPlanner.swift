import Glibc

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
        /// Air time of an occasion in a round of 2^q, its share of a trigger counted in, by q; in the unit of the
        /// paging's cost. Where there is none it is 1.
        package var occasionCosts: [Double]

        package init(
            largestQ: Int, fixedQ: Int? = nil, firstQ: Int = 4, pagingCostInOccasions: Double = 6,
            occasionCosts: [Double] = []
        ) {
            self.largestQ = min(max(largestQ, 0), 15)
            self.fixedQ = fixedQ.map { min(max($0, 0), 15) }
            self.firstQ = min(max(firstQ, 0), 15)
            self.pagingCostInOccasions = max(0, pagingCostInOccasions)
            self.occasionCosts = occasionCosts
        }

        fileprivate func occasionCost(q: Int) -> Double {
            occasionCosts.indices.contains(q) ? max(1e-9, occasionCosts[q]) : 1
        }
    }

    private let limits: Limits
    private let knowsPopulation: Bool
    private var estimator: PopulationEstimator
    private var isNewRound = true
    /// Occasions observed, and how many of them had been when the running round was judged last.
    private var observed = 0
    private var judged = 0
    /// The backlog that `best` found last: not exceeded with a probability of 0.02, 0.5 and 0.98.
    private var backlog = (low: 0.0, median: 0.0, high: 0.0)

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
    ///   - roundsLeft: pagings that are still allowed after this one. Where they are too few for all devices the round
    ///     gets up to four times the occasions that pay best, so that fewer rounds are enough.
    package mutating func q(acknowledged: Int, roundsLeft: Int = .max) -> Int {
        isNewRound = true
        if let fixed = limits.fixedQ { return min(fixed, limits.largestQ) }
        guard observed > 0 || knowsPopulation else { return min(limits.firstQ, limits.largestQ) }
        let best = best(acknowledged: acknowledged).q
        guard backlog.high >= 1 else { return best }
        return min(best + doublings(roundsLeft: roundsLeft), limits.largestQ)
    }

    /// How often the frame that pays best has to be doubled, twice at most, so that the rounds left after it suffice
    /// (*ours*): they may all be doubled twice, and two of them are spare. So frames grow late, when they are short.
    private func doublings(roundsLeft: Int) -> Int {
        (0..<Self.mostDoublings).first { doublings in
            let next = backlog.median * Self.unresolved(doublings: doublings)
            let needed = log(max(1, next)) / -log(Self.unresolved(doublings: Self.mostDoublings))
            return needed + 2 <= Double(roundsLeft)
        } ?? Self.mostDoublings
    }

    private static let mostDoublings = 2

    /// The part of the devices that a round leaves over whose frame is doubled so often.
    private static func unresolved(doublings: Int) -> Double { 1 - exp(-1 / Double(1 << doublings)) }

    /// Whether a new paging now resolves more devices per air time than the next occasions of the running round.
    ///
    /// It does when these resolve fewer each than a new round does on average, its paging counted in: another paging
    /// comes anyway, so its cost is not the price of aborting.
    package mutating func isWorthAborting(acknowledged: Int, roundsLeft: Int = .max) -> Bool {
        guard limits.fixedQ == nil, !isNewRound, estimator.left > 0 else { return false }
        // What few occasions change is not worth judging.
        guard observed - judged >= min(observed, Int(backlog.median)) / 32 else { return false }
        judged = observed
        let fresh = best(acknowledged: acknowledged)
        let q = estimator.occasions.trailingZeroBitCount
        let staying = estimator.resolvedInOpenOccasion() / limits.occasionCost(q: q)
        // Where pagings run out only a round is left that is far too short.
        if doublings(roundsLeft: roundsLeft) > 0 { return fresh.q > q && fresh.yield >= 2 * staying }
        return fresh.yield >= staying * Self.abortMargin
    }

    /// What a new round has to be better by (*ours*): the two are never known that well.
    private static let abortMargin = 1.01

    /// The q whose rounds resolve most devices per air time, their paging counted in, and how many.
    private mutating func best(acknowledged: Int) -> (q: Int, yield: Double) {
        estimator.update()
        backlog.low = estimator.backlog(atLevel: 0.02, acknowledged: acknowledged)
        backlog.median = estimator.backlog(atLevel: 0.5, acknowledged: acknowledged)
        backlog.high = estimator.backlog(atLevel: 0.98, acknowledged: acknowledged)
        // Loads from 2 up pay in no case, those under 1/4 only at pagings that cost more than everything else.
        let first = min(limits.largestQ, max(0, Int(log2(max(1, backlog.low))) - 1))
        let last = min(limits.largestQ, max(first, Int(log2(max(1, backlog.high))) + 2))
        var best = (q: first, yield: -1.0)
        for q in first...last {
            let resolved = estimator.resolvedInFreshOccasion(q: q, acknowledged: acknowledged)
            let yield = resolved / (limits.occasionCost(q: q) + limits.pagingCostInOccasions / Double(1 << q))
            if yield > best.yield { best = (q, yield) }
        }
        return best
    }
}
