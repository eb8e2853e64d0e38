import Glibc

/// What an occasion of a round that has not begun is worth.
struct FreshRound {
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

/// What an occasion that is still to be opened is worth, `count` of them holding `load` devices each on average.
struct OpenOccasion {
    let count: Int
    let capture: Double
    let recovered: Double

    func resolved(load: Double) -> Double {
        guard load > 0, count > 0 else { return 0 }
        let devices = load * Double(count)
        // So many devices among so few occasions, where a Poisson number in each would be too rough.
        let idle = count > 1 ? exp(max(0, devices - 1) * log1p(-1 / Double(count))) : max(0, 2 - devices)
        let single = devices <= 1 ? load : load * idle
        let heard = capture > 0 ? max(single, (exp((capture - 1) * load) - exp(-load)) / capture) : single
        return heard + recovered * (1 - capture) * 0.5 * load * load * exp(-load)
    }
}
