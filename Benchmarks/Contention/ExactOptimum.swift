/// The least number of occasions in which a known number of devices can be resolved, by dynamic programming.
///
/// Within a round all that matters is how many devices are left, how many occasions were collided, and how many are not
/// open yet: Z(b, c, r) = b! [x^b] (e^x - 1 - x)^c e^(rx) counts the ways in which b devices lie, each collided occasion
/// with two or more. So the chances of the next occasion are exact, and the choice between it and a new paging too.
struct ExactOptimum {
    /// Element n: occasions for n devices.
    private(set) var occasions: [Double] = [0]

    private let most: Int
    private let longest: Int
    private var ways: [Double]
    private var costs: [Double]

    /// - Parameters:
    ///   - positions: occasions that a trigger opens, between which alone a paging may come; nil: whole rounds.
    ///   - pagingCost: of each paging, in occasions.
    ///   - frames: the rounds to choose from, for so many devices.
    init(upTo most: Int, positions: Int?, pagingCost: Double = 0, frames: (Int) -> [Int]) {
        self.most = most
        longest = (1...most).compactMap { frames($0).max() }.max() ?? 1
        ways = [Double](repeating: 0, count: (most + 1) * (most / 2 + 2) * (longest + 1))
        costs = ways
        countWays()
        let trigger = positions ?? longest + 1
        for count in 0...most where count > 0 {
            var fresh = (occasions.last ?? 0) + 10 + pagingCost
            for _ in 0..<500 {
                play(count, fresh: fresh, trigger: trigger, wholeRounds: positions == nil)
                let better = frames(count).map { costs[index(count, 0, $0)] }.min() ?? fresh
                let change = abs(better + pagingCost - fresh)
                fresh = better + pagingCost
                if change < 1e-9 { break }
            }
            occasions.append(fresh)
        }
    }

    private func index(_ devices: Int, _ collided: Int, _ left: Int) -> Int {
        (devices * (most / 2 + 2) + collided) * (longest + 1) + left
    }

    private mutating func countWays() {
        for left in 0...longest {
            for collided in 0...most / 2 + 1 {
                ways[index(0, collided, left)] = collided == 0 ? 1 : 0
                for devices in 0..<most {
                    var next = Double(collided + left) * ways[index(devices, collided, left)]
                    if collided > 0, devices > 0 {
                        next += Double(collided * devices) * ways[index(devices - 1, collided - 1, left)]
                    }
                    ways[index(devices + 1, collided, left)] = next
                }
            }
        }
    }

    /// Fills in what it costs to go on from every state with `devices` left, a new round costing `fresh`.
    private mutating func play(_ devices: Int, fresh: Double, trigger: Int, wholeRounds: Bool) {
        for left in 0...longest {
            for collided in 0...devices / 2 {
                let all = ways[index(devices, collided, left)]
                guard left > 0 else {
                    costs[index(devices, collided, 0)] = fresh
                    continue
                }
                guard all > 0 else { continue }
                let idle = ways[index(devices, collided, left - 1)] / all
                let single = Double(devices) * ways[index(devices - 1, collided, left - 1)] / all
                // With nobody left the occasions that are open pass all the same.
                let rest = wholeRounds ? left - 1 : (left - 1) % trigger
                let resolved = devices == 1 ? Double(rest) : cost(devices - 1, collided, left - 1, trigger)
                var staying = 1 + single * resolved
                if idle > 0 { staying += idle * cost(devices, collided, left - 1, trigger, fresh: fresh) }
                let more = 1 - idle - single
                if more > 1e-12 { staying += more * cost(devices, collided + 1, left - 1, trigger, fresh: fresh) }
                costs[index(devices, collided, left)] = staying
            }
        }
    }

    /// What it costs to go on, where a paging may come instead.
    private func cost(_ devices: Int, _ collided: Int, _ left: Int, _ trigger: Int, fresh: Double? = nil) -> Double {
        let staying = costs[index(devices, collided, left)]
        guard left.isMultiple(of: trigger) else { return staying }
        return min(staying, fresh ?? occasions[devices])
    }
}
