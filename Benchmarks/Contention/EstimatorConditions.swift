import AIoTAccess
import Glibc

extension EstimatorBenchmark {
    /// How long devices wait: occasions opened from the start of the inventory until one is resolved.
    func fairness() {
        print("\nwaits, unknown population, pagings free, X*Y = 4: longest by median in one inventory; a device's mean")
        print("| n | median of seeds | 99 % | most | seeds over 3 | longest mean by the median one |")
        for devices in [10, 50, 100, 200, 500, 1_000, 2_000] {
            var ratios: [Double] = []
            var sums = [Int](repeating: 0, count: devices)
            for seed in 1...seeds {
                let waits = Contention(.init(devices: devices), seed: UInt64(seed)).waits.map { $0 ?? .max }
                for device in waits.indices { sums[device] += waits[device] }
                let sorted = waits.sorted()
                ratios.append(Double(sorted[devices - 1]) / Double(sorted[devices / 2]))
            }
            ratios.sort()
            sums.sort()
            row(
                "\(devices)", places(ratios[seeds / 2], 2), places(ratios[seeds * 99 / 100], 2),
                places(ratios[seeds - 1], 2), "\(ratios.count { $0 > 3 })",
                places(Double(sums[devices - 1]) / Double(sums[devices / 2]), 2))
        }
    }

    /// Devices that come and go once half are resolved.
    func changes() {
        print("\n200 devices, X*Y = 4, pagings free; once 100 are resolved some come or go before the next paging")
        print(
            "| change | resolved | unknown: occasions per device | prior 200 | the same number from the start, unknown |"
        )
        for change in [0, 20, 100, 1_000, -20, -80] {
            let air = Contention.Setting(devices: 200, change: (100, change))
            var informed = air
            informed.expected = 200
            let (unknown, known) = (run(air), run(informed))
            let still = run(.init(devices: 200 + change))
            row(
                "\(change)", places(unknown.resolved, 0), places(unknown.perDevice), places(known.perDevice),
                places(still.perDevice))
        }
    }

    /// Captures and recovered collisions.
    func collisions() {
        print("\ncaptures and recovered pairs, unknown population, pagings free, X*Y = 4: occasions per device")
        print("| n | neither | capture 0.4 | capture 0.8 | each of a pair read in half | read always |")
        for devices in [100, 200, 1_000] {
            let plain = Contention.Setting(devices: devices)
            var (some, many, half, all) = (plain, plain, plain, plain)
            some.capture = 0.4
            many.capture = 0.8
            half.recovery = 0.5
            all.recovery = 1
            row(["\(devices)"] + [plain, some, many, half, all].map { places(run($0).perDevice) })
        }
    }

    /// Pagings that run out.
    func fewRounds() {
        print("\nat most so many pagings, unknown population, X*Y = 4, a paging costs 5.3")
        print("| n | pagings allowed | pagings | devices not found | occasions per device found |")
        for devices in [150, 1_000] {
            for most in [8, 16, 24, 32] {
                let outcome = run(.init(devices: devices, pagingCost: 5.3, maxRounds: most))
                row(
                    "\(devices)", "\(most)", places(outcome.rounds, 1), places(Double(devices) - outcome.resolved, 2),
                    places(outcome.perDevice))
            }
        }
    }

    /// What estimator and choice cost in computing.
    func scale() {
        print("\ncost in computing, processor time, the draws of the devices included; unknown population")
        print("X*Y = 4, q at most 14, a paging costs 5.3")
        print("| n | microseconds per device | per occasion |")
        for devices in [100, 200, 1_000, 2_000, 10_000, 18_000] {
            let runs = max(2, 20_000 / devices)
            // Processor time: what else runs on the machine does not count.
            let start = clock()
            let outcome = run(.init(devices: devices, pagingCost: 5.3, largestQ: 14), seeds: runs)
            let each = Double(clock() - start) * 1e6 / Double(CLOCKS_PER_SEC) / Double(runs)
            row("\(devices)", places(each / Double(devices), 2), places(each / outcome.occasions, 2))
        }
    }

    private func row(_ columns: [String]) { print("|", columns.joined(separator: " | "), "|") }
}
