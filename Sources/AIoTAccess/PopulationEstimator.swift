import Glibc

/// A Bayesian estimate of how many devices take part in an inventory.
///
/// It keeps the probability of each total population. An occasion of a round with 2^q of them is idle, single or
/// collided with the probabilities that a backlog (the total less those already acknowledged) spreads over the round
/// (*ours*). The total does not change when devices are acknowledged, so nothing is shifted or forgotten.
///
/// A stronger burst may be decoded in spite of others: how often is not known either, and is estimated along with the
/// total, for such an occasion looks single and hides the rest.
package struct PopulationEstimator: Sendable {
    /// Shares of collisions in which one burst is decoded, and how likely each is beforehand (*ours*).
    private static let captures: [(share: Double, prior: Double)] = [(0, 0.9), (0.4, 0.05), (0.8, 0.05)]

    /// Total population of the first weight.
    private var lowest: Int
    /// For each capture share the probability of each total from `lowest` on, the largest of all 1.
    private var weights: [[Double]]

    /// Largest population considered, *ours*.
    package static let largestPopulation = 20_000
    /// Totals less likely than this against the best one are dropped.
    private static let negligible = 1e-12

    /// - Parameter expected: the number that the AIoTF expects (`approximateNoofTargetDevices`), nil when unknown.
    ///   The prior is then log-normal with a factor of 1.5 and a floor that lets observations overrule it;
    ///   without it every order of magnitude is equally likely.
    package init(expected: Int?) {
        lowest = 0
        let prior: [Double]
        if let expected, expected > 0 {
            let centre = log(Double(min(expected, Self.largestPopulation)) + 0.5)
            prior = (0...Self.largestPopulation).map { total in
                let distance = (log(Double(total) + 0.5) - centre) / log(1.5)
                return exp(-0.5 * distance * distance) + 1e-4 / (Double(total) + 1)
            }
        } else {
            prior = (0...Self.largestPopulation).map { 1 / (Double($0) + 1) }
        }
        weights = Self.captures.map { capture in prior.map { $0 * capture.prior } }
    }

    /// Takes in what some occasions of a round held.
    /// - Parameters:
    ///   - occasions: 2^q of the round.
    ///   - acknowledged: devices acknowledged before the round began.
    package mutating func observe(_ tally: OccasionTally, occasions: Int, acknowledged: Int) {
        var logarithms = weights
        var best = -Double.infinity
        for (row, capture) in Self.captures.enumerated() {
            for index in weights[row].indices {
                let probability = Probabilities(
                    occasions: occasions, backlog: Double(lowest + index - acknowledged), capture: capture.share)
                let value = log(weights[row][index]) + probability.logLikelihood(of: tally)
                logarithms[row][index] = value
                best = max(best, value)
            }
        }
        // No total explains what was heard (devices came and went): keep the old belief.
        guard best > -.infinity else { return }
        weights = logarithms.map { row in row.map { exp($0 - best) } }
        dropNegligible()
    }

    /// The mean number of devices not acknowledged yet.
    package func expectedBacklog(acknowledged: Int) -> Double {
        mean(acknowledged: acknowledged) { backlog, _ in backlog }
    }

    /// The probability that one device is heard in an occasion of a round of `occasions`.
    package func singleProbability(occasions: Int, acknowledged: Int) -> Double {
        mean(acknowledged: acknowledged) { backlog, capture in
            Probabilities(occasions: occasions, backlog: backlog, capture: capture).single
        }
    }

    /// The mean of `value` of backlog and capture share. Wide beliefs are sampled, ever more coarsely upwards: they are
    /// smooth.
    private func mean(acknowledged: Int, of value: (Double, Double) -> Double) -> Double {
        var mass = 0.0
        var sum = 0.0
        for (row, capture) in Self.captures.enumerated() {
            var index = 0
            while index < weights[row].count {
                let step = 1 + index / 64
                let weight = weights[row][index] * Double(step)
                if weight > 0 {
                    mass += weight
                    sum += weight * value(Double(max(0, lowest + index - acknowledged)), capture.share)
                }
                index += step
            }
        }
        return mass > 0 ? sum / mass : 0
    }

    private mutating func dropNegligible() {
        func isKept(_ index: Int) -> Bool { weights.contains { $0[index] > Self.negligible } }
        guard let indices = weights.first?.indices, let first = indices.first(where: isKept),
            let last = indices.last(where: isKept)
        else { return }
        weights = weights.map { Array($0[first...last]) }
        lowest += first
    }
}

/// What one occasion holds when a backlog has spread over a round.
private struct Probabilities {
    private let backlog: Double
    private var idle: Double
    /// One device is heard.
    var single: Double

    init(occasions: Int, backlog: Double, capture: Double) {
        self.backlog = backlog
        if occasions > 1 {
            let each = 1 / Double(occasions)
            idle = exp(backlog * log1p(-each))
            single = min(1 - idle, backlog * each / (1 - each) * idle)
        } else {
            idle = backlog < 0.5 ? 1 : 0
            single = backlog >= 0.5 && backlog < 1.5 ? 1 : 0
        }
        single += capture * max(0, 1 - idle - single)
    }

    func logLikelihood(of tally: OccasionTally) -> Double {
        guard backlog >= Double(tally.single + 2 * tally.collided) else { return -.infinity }
        func term(_ count: Int, _ probability: Double) -> Double {
            count == 0 ? 0 : Double(count) * log(max(probability, 1e-300))
        }
        return term(tally.idle, idle) + term(tally.single, single) + term(tally.collided, 1 - idle - single)
    }
}
