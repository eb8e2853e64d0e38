import Glibc

/// What some occasions of one round held, and how likely a backlog makes exactly that.
///
/// A backlog of b devices spreads over M occasions in M^b equally likely ways. Those that give what was seen are
/// b! times the coefficient of x^b in h(x)^s c(x)^k e^(rx), with s occasions heard, k collided and r not opened yet;
/// h and c are the exponential generating functions of what is heard and what is not. The coefficient is taken at its
/// saddle point, which is within 1 % even for a handful of devices. The saddle point itself is the mean number of
/// devices in an occasion that is still to be opened.
///
/// A burst may be heard in spite of others: one of k with probability a^(k-1) (*ours*), a the capture share.
struct RoundEvidence: Sendable {
    /// 2^q of the round.
    var occasions: Int
    var tally = OccasionTally()

    var left: Int { max(0, occasions - tally.occasions) }

    /// The part of the logarithm of the likelihood that what was seen decides; `constant` is the other.
    /// - Parameter load: a guess of the saddle point, 0 when there is none; the saddle point afterwards.
    func logLikelihood(backlog: Int, capture: Double, load: inout Double) -> Double {
        let more = backlog - tally.single - 2 * tally.collided
        guard more >= 0 else { return -.infinity }
        let collided = Double(tally.collided)
        let left = Double(self.left)
        guard more > 0 else {
            load = 0
            return collided * log((1 - capture) / 2)
        }
        guard left > 0 || collided > 0 || (capture > 0 && tally.single > 0) else { return -.infinity }
        let heard = Double(tally.single)
        let devices = Double(backlog)
        var x = load > 0 ? load : Double(more) / (left + collided + capture * heard) + 1e-9
        for _ in 0..<40 {
            let occasion = OccasionMoments(load: x, capture: capture)
            let mean = heard * occasion.heardMean + collided * occasion.collidedMean + left * x
            let variance = heard * occasion.heardVariance + collided * occasion.collidedVariance + left * x
            let excess = mean - devices
            if excess * excess < 1e-3 * variance {
                load = x
                let exponent =
                    heard * occasion.logHeard + collided * occasion.logCollided + left * x - devices * log(x)
                return exponent - (0.5 * excess * excess + 1.0 / 12) / variance - 0.5 * log(2 * .pi * variance)
            }
            x *= exp(min(2, max(-2, -excess / variance)))
        }
        return -.infinity
    }

    /// The part that the backlog alone decides.
    func constant(backlog: Int) -> Double {
        lgamma(Double(backlog) + 1) - Double(backlog) * log(Double(occasions))
    }
}

/// Logarithms of the generating functions of one occasion, and mean and variance of the devices in it, at one load.
private struct OccasionMoments {
    var logHeard: Double
    var heardMean = 1.0
    var heardVariance = 0.0
    var logCollided: Double
    var collidedMean: Double
    var collidedVariance: Double

    init(load x: Double, capture: Double) {
        let none = exp(-x)
        let captured = capture > 0 ? exp((capture - 1) * x) : none
        if capture > 0 {
            let some = 1 - exp(-capture * x)
            logHeard = capture * x + log(some / capture)
            heardMean = capture * x / some
            heardVariance = heardMean * max(0, 1 + capture * x - heardMean)
        } else {
            logHeard = log(x)
        }
        if x < 1e-3 {
            let third = (1 + capture) / 3
            logCollided = log((1 - capture) / 2) + 2 * log(x) + third * x
            collidedMean = 2 + third * x
            collidedVariance = third * x
        } else {
            let heard = capture > 0 ? (captured - none) / capture : x * none
            let collided = 1 - none - heard
            logCollided = x + log(collided)
            collidedMean = x * (1 - captured) / collided
            collidedVariance = collidedMean + x * x * (1 - capture * captured) / collided - collidedMean * collidedMean
        }
    }
}
