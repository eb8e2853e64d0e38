import Glibc

extension PopulationEstimator {
    /// Devices that an occasion of a new round of 2^q resolves on average.
    func resolvedInFreshOccasion(q: Int, acknowledged: Int) -> Double {
        var sum = 0.0
        for (row, capture) in Self.captures.enumerated() {
            let round = FreshRound(occasions: 1 << q, capture: capture.share, recovered: recovered)
            for hypothesis in hypotheses(ofCapture: row) where hypothesis.mass > Self.unimportant {
                sum += hypothesis.mass * round.resolved(backlog: max(0, hypothesis.total - acknowledged))
            }
        }
        return sum
    }

    /// Devices that an occasion of the running round resolves on average that is still to be opened.
    func resolvedInOpenOccasion() -> Double {
        let rest = OpenOccasion(count: left, recovered: recovered)
        return mean { rest.resolved(load: $0.load, capture: Self.captures[$0.row].share) }
    }
}

/// What an occasion of a round that has not begun is worth.
private struct FreshRound {
    private let occasions: Double
    private let logIdle: Double
    private let capture: Double
    private let logCaptured: Double
    private let recovered: Double

    /// - Parameters:
    ///   - capture: see `RoundEvidence`.
    ///   - recovered: devices read out of a collision of two.
    init(occasions: Int, capture: Double, recovered: Double) {
        self.occasions = Double(occasions)
        self.capture = capture
        self.recovered = recovered
        logIdle = log1p(-1 / self.occasions)
        logCaptured = log1p((capture - 1) / self.occasions)
    }

    /// Devices that one occasion resolves on average.
    func resolved(backlog: Int) -> Double {
        let devices = Double(backlog)
        guard backlog > 1 else { return devices / occasions }
        if occasions == 1 { return pow(capture, devices - 1) + (backlog == 2 ? recovered * (1 - capture) : 0) }
        let idle = exp(devices * logIdle)
        let others = 1 / (occasions - 1)
        let single = devices * others * idle
        let heard = capture > 0 ? (exp(devices * logCaptured) - idle) / capture : single
        guard recovered > 0 else { return heard }
        return heard + recovered * (1 - capture) * 0.5 * single * (devices - 1) * others
    }
}

/// What an occasion is worth that is still to be opened, one of `count`.
private struct OpenOccasion {
    let count: Int
    let recovered: Double

    /// - Parameter load: devices in it on average.
    func resolved(load: Double, capture: Double) -> Double {
        guard load > 0, count > 0 else { return 0 }
        // A Poisson number of devices in each would be too rough for few of them in few occasions.
        let others = max(0, load * Double(count) - 1)
        let alone = count > 1 ? exp(others * log1p(-1 / Double(count))) : max(0, 1 - others)
        let single = load * alone
        let heard = capture > 0 ? max(single, (exp((capture - 1) * load) - exp(-load)) / capture) : single
        return heard + recovered * (1 - capture) * 0.5 * load * load * exp(-load)
    }
}
