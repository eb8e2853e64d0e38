import Glibc

/// What some occasions of one round held, and how likely a backlog makes exactly that.
///
/// A backlog of b devices spreads over M occasions in M^b equally likely ways. Those that give what was seen are
/// b! times the coefficient of x^b in h(x)^s c(x)^k e^(rx), with s occasions heard, k collided and r not opened yet;
/// h and c are the exponential generating functions of what is heard and what is not. The coefficient is taken at its
/// saddle point: within 3 % where the outcomes want all devices but one, closer elsewhere. The saddle point itself is
/// the mean number of devices in an occasion that is still to be opened.
///
/// A burst may be heard in spite of others: one of k with probability a^(k-1) (*ours*), a the capture share.
package struct RoundEvidence: Sendable {
    /// 2^q of the round.
    package let occasions: Int
    package var tally: OccasionTally

    package init(occasions: Int, tally: OccasionTally = OccasionTally()) {
        self.occasions = max(1, occasions)
        self.tally = tally
    }

    var left: Int { max(0, occasions - tally.occasions) }

    /// The part of the logarithm of the likelihood that what was seen decides; `constant` is the other.
    /// - Parameter load: a guess of the saddle point, 0 when there is none; the saddle point afterwards.
    package func logLikelihood(backlog: Int, capture: Double, load: inout Double) -> Double {
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
            // Newton's step for the logarithm of the load.
            let half = min(0.75, max(-0.75, -0.5 * excess / variance))
            x *= (1 + half) / (1 - half)
        }
        return -.infinity
    }

    /// The part that the backlog alone decides.
    package func constant(backlog: Int) -> Double {
        lgamma(Double(backlog) + 1) - Double(backlog) * log(Double(occasions))
    }
}

/// Mean and variance of the devices in one occasion at one load, and the generating functions there.
private struct OccasionMoments {
    private let load: Double
    private let capture: Double
    /// The generating function of what is heard times e^(-capture * load), that of a collision times e^-load.
    private let heard: Double
    private let collided: Double
    var heardMean = 1.0
    var heardVariance = 0.0
    let collidedMean: Double
    let collidedVariance: Double

    /// Below it a collision's generating function is a difference with few digits left.
    private static let least = 1e-3

    init(load x: Double, capture: Double) {
        load = x
        self.capture = capture
        let none = exp(-x)
        // One device or a captured burst, times e^-load; and what more devices would make of it.
        var single = x * none
        var captured = none
        if capture > 0 {
            captured = exp((capture - 1) * x)
            let some = 1 - exp(-capture * x)
            heard = some / capture
            single = captured * heard
            heardMean = capture * x / some
            heardVariance = heardMean * max(0, 1 + capture * x - heardMean)
        } else {
            heard = x
        }
        if x < Self.least {
            let third = (1 + capture) / 3 * x
            collided = 0.5 * (1 - capture) * x * x * (1 + third) * none
            collidedMean = 2 + third
            collidedVariance = third
        } else {
            collided = 1 - none - single
            collidedMean = x * (1 - captured) / collided
            collidedVariance =
                collidedMean + x * x * (1 - capture * captured) / collided - collidedMean * collidedMean
        }
    }

    var logHeard: Double { capture * load + log(heard) }
    var logCollided: Double { load + log(collided) }
}
