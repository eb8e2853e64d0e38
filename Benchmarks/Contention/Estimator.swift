import AIoTAccess

/// Occasions per device of the estimator and the choice of q alone.
func estimatorBenchmark() {
    let clock = ContinuousClock()
    for positions in [1, 4] {
        for devices in [10, 50, 100, 200, 500, 1_000, 2_000] {
            for expected in [nil, devices] {
                for cost in [0.0, 6.0] {
                    let seeds = 200
                    var occasions = 0
                    var rounds = 0
                    let time = clock.measure {
                        for seed in 1...seeds {
                            let run = Contention(
                                .init(devices: devices, expected: expected, positions: positions, pagingCost: cost),
                                seed: UInt64(seed))
                            occasions += run.occasions
                            rounds += run.rounds
                        }
                    }
                    let perDevice = Double(occasions) / Double(devices * seeds)
                    print(
                        "X*Y", positions, "cost", cost, "n", devices, expected == nil ? "unknown" : "prior",
                        "occasions", perDevice, "rounds", Double(rounds) / Double(seeds), "with pagings",
                        perDevice + cost * Double(rounds) / Double(seeds * devices), "us per occasion",
                        Double(time.components.attoseconds / 1_000_000_000) / 1000 / Double(occasions) + Double(
                            time.components.seconds) * 1e6 / Double(occasions))
                }
            }
        }
    }
}
