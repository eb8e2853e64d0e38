import AIoTAccess

/// Occasions per device of the estimator and the choice of q alone, all that `docs/contention.md` gives; or the part of
/// it that is named.
func estimatorBenchmark() {
    let benchmark = EstimatorBenchmark()
    let parts = [
        ("efficiency", benchmark.efficiency), ("priors", benchmark.wrongPriors), ("fairness", benchmark.fairness),
        ("changes", benchmark.changes), ("collisions", benchmark.collisions), ("pagings", benchmark.fewRounds),
        ("scale", benchmark.scale),
    ]
    let wanted = CommandLine.arguments.dropFirst(2)
    for (name, run) in parts where wanted.isEmpty || wanted.contains(name) { run() }
}

struct EstimatorBenchmark {
    let seeds = 200

    /// How the occasions are counted, and what a paging costs.
    private let settings: [(name: String, positions: Int, pagingCost: Double)] = [
        ("X*Y = 1, pagings free", 1, 0), ("X*Y = 4, pagings free", 4, 0),
        ("X*Y = 2, a paging costs 0.8 (7.5 kbit/s)", 2, 0.8), ("X*Y = 4, a paging costs 5.3 (60 kbit/s)", 4, 5.3),
    ]

    struct Outcome {
        var occasions = 0.0
        var rounds = 0.0
        var resolved = 0.0
        var perDevice: Double { occasions / resolved }
    }

    /// The mean of all seeds.
    func run(_ setting: Contention.Setting, seeds: Int? = nil) -> Outcome {
        var outcome = Outcome()
        for seed in 1...(seeds ?? self.seeds) {
            let run = Contention(setting, seed: UInt64(seed))
            outcome.occasions += Double(run.occasions) / Double(seeds ?? self.seeds)
            outcome.rounds += Double(run.rounds) / Double(seeds ?? self.seeds)
            outcome.resolved += Double(run.resolved) / Double(seeds ?? self.seeds)
        }
        return outcome
    }

    func efficiency() {
        let backlog = ExactOptimum(upTo: 50, positions: nil) { [$0] }.occasions
        print("exact, a frame as long as the backlog: n = 10", places(backlog[10]), " n = 50", places(backlog[50]))
        for setting in settings {
            print("\n\(setting.name): occasions per device, \(seeds) seeds")
            print("| n | optimum, pagings in | prior n | over the optimum, % | unknown | pagings | with their cost |")
            let optimum = ExactOptimum(upTo: 100, positions: setting.positions, pagingCost: setting.pagingCost) { _ in
                (0...8).map { 1 << $0 }
            }.occasions
            for devices in [10, 50, 100, 200, 500, 1_000, 2_000] {
                var air = Contention.Setting(
                    devices: devices, positions: setting.positions, pagingCost: setting.pagingCost)
                let unknown = run(air)
                air.expected = devices
                // Few devices vary more.
                let known = run(air, seeds: devices < 50 ? 2_000 : devices < 200 ? 500 : seeds)
                let all = (known.occasions + setting.pagingCost * known.rounds) / Double(devices)
                let best = optimum.indices.contains(devices) ? optimum[devices] / Double(devices) : nil
                row(
                    "\(devices)", best.map { places($0) } ?? "", places(known.perDevice),
                    best.map { places((all / $0 - 1) * 100, 1) } ?? "", places(unknown.perDevice),
                    places(unknown.rounds, 1),
                    places((unknown.occasions + setting.pagingCost * unknown.rounds) / Double(devices)))
            }
        }
    }

    func wrongPriors() {
        print("\nprior wrong by 16, pagings free: occasions per device, and more than with the right one in %")
        print("| n | X*Y | n/16 | more | 16 n | more |")
        for devices in [10, 50, 100, 200, 500, 1_000] {
            for positions in [1, 4] {
                let (right, low, high) = (
                    run(.init(devices: devices, expected: devices, positions: positions)),
                    run(.init(devices: devices, expected: max(1, devices / 16), positions: positions)),
                    run(.init(devices: devices, expected: devices * 16, positions: positions))
                )
                row(
                    "\(devices)", "\(positions)", places(low.perDevice),
                    places((low.perDevice / right.perDevice - 1) * 100, 1), places(high.perDevice),
                    places((high.perDevice / right.perDevice - 1) * 100, 1))
            }
        }
    }

    func row(_ columns: String...) { print("|", columns.joined(separator: " | "), "|") }

    func places(_ value: Double, _ count: Int = 3) -> String {
        var scale = 1.0
        for _ in 0..<count { scale *= 10 }
        let whole = Int((value.magnitude * scale).rounded())
        let digits = String(whole % Int(scale))
        let digitsMissing = max(0, count - digits.count)
        let sign = value < 0 && whole > 0 ? "-" : ""
        return "\(sign)\(whole / Int(scale)).\(String(repeating: "0", count: digitsMissing))\(digits)"
    }
}
