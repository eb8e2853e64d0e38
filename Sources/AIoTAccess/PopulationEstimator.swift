import Glibc

/// A Bayesian estimate of how many devices take part in an inventory.
///
/// It keeps the probability of each total population. An occasion of a round with 2^q of them is idle, single or
/// collided with the probabilities that a backlog (the total less those already acknowledged) spreads over the round
/// (*ours*). The total does not change when devices are acknowledged, so nothing is shifted or forgotten.
package struct PopulationEstimator: Sendable {
    /// Total population of `weights[0]`.
    private var lowest: Int
    /// Probability of each total from `lowest` on, the largest 1.
    private var weights: [Double]

    /// Largest population considered, *ours*.
    package static let largestPopulation = 20_000
    /// Totals less likely than this against the best one are dropped.
    private static let negligible = 1e-12

    /// - Parameter expected: the number that the AIoTF expects (`approximateNoofTargetDevices`), nil when unknown.
    ///   The prior is then log-normal with a factor of 1.5 and a floor that lets observations overrule it;
    ///   without it every order of magnitude is equally likely.
    package init(expected: Int?) {
        lowest = 0
        if let expected, expected > 0 {
            let centre = log(Double(min(expected, Self.largestPopulation)) + 0.5)
            weights = (0...Self.largestPopulation).map { total in
                let distance = (log(Double(total) + 0.5) - centre) / log(1.5)
                return exp(-0.5 * distance * distance) + 1e-4 / (Double(total) + 1)
            }
        } else {
            weights = (0...Self.largestPopulation).map { 1 / (Double($0) + 1) }
        }
    }

    /// Takes in what some occasions of a round held.
    /// - Parameters:
    ///   - occasions: 2^q of the round.
    ///   - acknowledged: devices acknowledged before the round began.
    package mutating func observe(_ tally: OccasionTally, occasions: Int, acknowledged: Int) {
        var logarithms = [Double](repeating: -.infinity, count: weights.count)
        var best = -Double.infinity
        for index in weights.indices {
            let backlog = Double(lowest + index - acknowledged)
            let value = log(weights[index]) + Self.logLikelihood(tally, occasions: occasions, backlog: backlog)
            logarithms[index] = value
            best = max(best, value)
        }
        // No total explains what was heard (devices came and went): keep the old belief.
        guard best > -.infinity else { return }
        weights = logarithms.map { exp($0 - best) }
        dropNegligible()
    }

    /// The mean number of devices not acknowledged yet.
    package func expectedBacklog(acknowledged: Int) -> Double {
        mean(acknowledged: acknowledged) { $0 }
    }

    /// The probability that an occasion of a round of `occasions` holds exactly one device.
    package func singleProbability(occasions: Int, acknowledged: Int) -> Double {
        mean(acknowledged: acknowledged) { Self.probabilities(occasions: occasions, backlog: $0).single }
    }

    /// The mean of `value` over the backlog. Wide beliefs are sampled, ever more coarsely upwards: they are smooth.
    private func mean(acknowledged: Int, of value: (Double) -> Double) -> Double {
        var mass = 0.0
        var sum = 0.0
        var index = 0
        while index < weights.count {
            let step = 1 + index / 64
            let weight = weights[index] * Double(step)
            mass += weight
            sum += weight * value(Double(max(0, lowest + index - acknowledged)))
            index += step
        }
        return mass > 0 ? sum / mass : 0
    }

    private mutating func dropNegligible() {
        guard let first = weights.firstIndex(where: { $0 > Self.negligible }),
            let last = weights.lastIndex(where: { $0 > Self.negligible })
        else { return }
        weights = Array(weights[first...last])
        lowest += first
    }

    private static func logLikelihood(_ tally: OccasionTally, occasions: Int, backlog: Double) -> Double {
        guard backlog >= Double(tally.single + 2 * tally.collided) else { return -.infinity }
        let probability = probabilities(occasions: occasions, backlog: backlog)
        func term(_ count: Int, _ probability: Double) -> Double {
            count == 0 ? 0 : Double(count) * log(max(probability, 1e-300))
        }
        return term(tally.idle, probability.idle) + term(tally.single, probability.single)
            + term(tally.collided, 1 - probability.idle - probability.single)
    }

    private static func probabilities(occasions: Int, backlog: Double) -> (idle: Double, single: Double) {
        guard occasions > 1 else {
            return (backlog < 0.5 ? 1 : 0, backlog >= 0.5 && backlog < 1.5 ? 1 : 0)
        }
        let each = 1 / Double(occasions)
        let idle = exp(backlog * log1p(-each))
        return (idle, min(1 - idle, backlog * each / (1 - each) * idle))
    }
}
