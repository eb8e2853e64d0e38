import AIoTAccess
import AIoTBase

/// Contention alone: devices draw occasions, and what is heard is acknowledged at once. It ends with the last device.
struct Contention {
    /// What is on the air.
    struct Setting {
        var devices: Int
        /// What the AIoTF says; nil: nothing.
        var expected: Int?
        /// X * Y: a trigger opens so many occasions, and all of them count.
        var positions = 4
        var pagingCost = 0.0
        /// 2^q / (X*Y) is at most 256: 11 with X = 8 and Y = 1, 14 with Y = 8.
        var largestQ = 11
        /// Each of two devices that collide is read with this probability.
        var recovery = 0.0
        /// One burst of k is heard with the probability capture^(k-1).
        var capture = 0.0
        /// When so many are resolved, so many come before the next paging, or go if negative.
        var change: (at: Int, by: Int)?
        var maxRounds = Int.max
    }

    private(set) var occasions = 0
    private(set) var rounds = 0
    private(set) var resolved = 0
    /// For each device, the occasions opened until it was resolved; nil when it never was.
    private(set) var waits: [Int?]

    /// Devices in one occasion.
    private struct Holders {
        var count = 0
        /// One of them, each as likely.
        var one = 0
        var sum = 0
    }

    private let setting: Setting
    private var generator: SeededGenerator
    private var present: [Int]

    init(_ setting: Setting, seed: UInt64) {
        self.setting = setting
        generator = SeededGenerator(seed: seed)
        present = Array(0..<setting.devices)
        waits = [Int?](repeating: nil, count: setting.devices)
        var planner = RoundPlanner(
            limits: .init(largestQ: setting.largestQ, pagingCostInOccasions: setting.pagingCost),
            expected: setting.expected)
        var change = setting.change
        while !present.isEmpty, rounds < setting.maxRounds {
            if let due = change, resolved >= due.at {
                change = nil
                alter(by: due.by)
            }
            rounds += 1
            play(&planner)
        }
    }

    private mutating func alter(by count: Int) {
        if count < 0 {
            present.removeLast(min(-count, present.count - 1))
        } else {
            present += waits.count..<waits.count + count
            waits += [Int?](repeating: nil, count: count)
        }
    }

    private mutating func play(_ planner: inout RoundPlanner) {
        let before = resolved
        let count = 1 << planner.q(acknowledged: before, roundsLeft: setting.maxRounds - rounds)
        let drawn = draw(count)
        for first in stride(from: 0, to: count, by: setting.positions) {
            var tally = OccasionTally()
            let open = drawn[first..<min(count, first + setting.positions)]
            occasions += open.count
            for holders in open { hear(holders, into: &tally) }
            planner.observe(tally, occasions: count, acknowledged: before)
            if resolved - before == present.count { break }
            if planner.isWorthAborting(acknowledged: resolved, roundsLeft: setting.maxRounds - rounds) { break }
        }
        present.removeAll { waits[$0] != nil }
    }

    private mutating func draw(_ count: Int) -> [Holders] {
        var drawn = [Holders](repeating: Holders(), count: count)
        for device in present {
            let place = Int(generator.next() % UInt64(count))
            drawn[place].count += 1
            drawn[place].sum += device
            let held = UInt64(drawn[place].count)
            if held == 1 || generator.next() % held == 0 { drawn[place].one = device }
        }
        return drawn
    }

    private mutating func hear(_ holders: Holders, into tally: inout OccasionTally) {
        var heard = holders.count == 1
        if holders.count > 1, setting.capture > 0 {
            let chance = (1..<holders.count).reduce(1.0) { product, _ in product * setting.capture }
            heard = generator.uniform() < chance
        }
        if holders.count == 0 {
            tally.idle += 1
        } else if heard {
            tally.single += 1
            resolve(holders.one)
        } else {
            tally.collided += 1
            guard holders.count == 2, setting.recovery > 0 else { return }
            for device in [holders.one, holders.sum - holders.one] where generator.uniform() < setting.recovery {
                tally.recovered += 1
                resolve(device)
            }
        }
    }

    private mutating func resolve(_ device: Int) {
        waits[device] = occasions
        resolved += 1
    }
}
