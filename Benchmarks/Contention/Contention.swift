import AIoTAccess
import AIoTBase

/// Contention alone: devices draw occasions, what is single is acknowledged at once.
struct Contention {
    /// What is on the air.
    struct Setting {
        var devices: Int
        var expected: Int?
        /// X * Y.
        var positions = 4
        var pagingCost = 0.0
        var knowsAll = false
        /// A collision of two gives so many devices away, with this probability each.
        var recovery = 0.0
        /// A burst is heard among k with probability capture^(k-1).
        var capture = 0.0
        /// When so many are resolved, so many come, or go if negative.
        var change: (at: Int, by: Int)?
    }

    private(set) var occasions = 0
    private(set) var rounds = 0
    private(set) var resolved = 0
    /// Occasions until each device was resolved, in the order of that.
    private(set) var waits: [Int] = []

    init(_ setting: Setting, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var planner = RoundPlanner(
            limits: .init(largestQ: 11, pagingCostInOccasions: setting.pagingCost), expected: setting.expected)
        var present = setting.devices
        var change = setting.change
        while rounds < 20_000, resolved < present {
            if let due = change, resolved >= due.at {
                present = max(resolved + 1, present + due.by)
                change = nil
            }
            rounds += 1
            let before = resolved
            let count = 1 << planner.q(acknowledged: before)
            var holders = [Int](repeating: 0, count: count)
            for _ in before..<present { holders[Int(generator.next() % UInt64(count))] += 1 }
            var next = 0
            while next < count {
                let end = min(count, next + setting.positions)
                var tally = OccasionTally()
                for held in holders[next..<end] { Self.open(held, setting, into: &tally, &generator) }
                next = end
                occasions += tally.occasions
                for _ in 0..<tally.single + tally.recovered { waits.append(occasions) }
                resolved += tally.single + tally.recovered
                if resolved >= present { break }
                planner.observe(tally, occasions: count, acknowledged: before)
                if next < count, planner.isWorthAborting(acknowledged: resolved) { break }
            }
        }
    }

    private static func open(
        _ held: Int, _ setting: Setting, into tally: inout OccasionTally, _ generator: inout SeededGenerator
    ) {
        var heard = held == 1
        if held > 1, setting.capture > 0 {
            var chance = 1.0
            for _ in 1..<held { chance *= setting.capture }
            heard = generator.uniform() < chance
        }
        if held == 0 {
            tally.idle += 1
        } else if heard {
            tally.single += 1
        } else {
            tally.collided += 1
            if held == 2, setting.recovery > 0 {
                for _ in 0..<2 where generator.uniform() < setting.recovery { tally.recovered += 1 }
            }
        }
    }
}
