import AIoTBase
import AIoTReader
import Testing

@Suite struct CarrierBudgetTests {
    /// Random limits of every kind.
    private static func limits(_ generator: inout SeededGenerator) -> AirLimits {
        var limits = AirLimits()
        if Bool.random(using: &generator) {
            limits.longestCarrier = .milliseconds(.random(in: 20...5_000, using: &generator))
            limits.shortestPause = .milliseconds(.random(in: 1...500, using: &generator))
        }
        for _ in 0..<Int.random(in: 0...2, using: &generator) {
            limits.dutyCycles.append(
                .init(
                    share: .random(in: 0.02...1, using: &generator),
                    window: .milliseconds(.random(in: 1_000...20_000, using: &generator))))
        }
        return limits
    }

    /// Somebody who wants the carrier all the time, for as long as it can be had or less.
    private static func onTimes(under limits: AirLimits, _ generator: inout SeededGenerator) -> OnTimes {
        var budget = CarrierBudget(limits: limits)
        var times = OnTimes()
        var now = AirTime.zero
        let longest = min(budget.longestStretch ?? .milliseconds(1_000), .milliseconds(60_000))
        for _ in 0..<80 {
            now += AirDuration(nanoseconds: .random(in: 0...300_000_000, using: &generator))
            let wanted = AirDuration(nanoseconds: .random(in: 0...longest.nanoseconds, using: &generator))
            guard let start = budget.earliestStart(notBefore: now, for: wanted)?.start else { break }
            let end = budget.latestEnd(from: start)
            #expect(end.map { $0 >= start + wanted } ?? true, "\(limits): not for as long as promised")
            budget.turnOn(at: start)
            let isWhole = Bool.random(using: &generator)
            let off = isWhole ? end ?? start + wanted : start + wanted
            budget.turnOff(at: off)
            times.intervals.append((start, off))
            now = off
        }
        return times
    }

    @Test func noWindowWhereverItLiesHoldsMoreThanTheDutyCycle() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<400 {
            let limits = Self.limits(&generator)
            let times = Self.onTimes(under: limits, &generator)
            for cycle in limits.dutyCycles {
                #expect(times.most(in: cycle.window) <= cycle.allowance, "\(limits): \(times)")
            }
        }
    }

    @Test func noCarrierIsLongerThanTheLongestUnlessAPauseLiesBetween() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<400 {
            let limits = Self.limits(&generator)
            guard let longest = limits.longestCarrier else { continue }
            let times = Self.onTimes(under: limits, &generator)
            #expect(times.longest(pause: limits.shortestPause) <= longest, "\(limits): \(times)")
        }
    }

    @Test func aDutyCycleGivesAllThatItAllows() throws {
        var limits = AirLimits()
        limits.dutyCycles = [.init(share: 0.1, window: .milliseconds(10_000))]
        var budget = CarrierBudget(limits: limits)
        let end = try #require(budget.latestEnd(from: .zero))
        #expect(end == AirTime.zero + .milliseconds(1_000) - CarrierBudget.margin)
        budget.turnOn(at: .zero)
        budget.turnOff(at: end)
        // The second stretch begins when the first begins to leave the window, and is as long.
        let next = try #require(budget.earliestStart(notBefore: end, for: .milliseconds(990)))
        #expect(next.start == AirTime.zero + .milliseconds(10_000) - CarrierBudget.margin)
        #expect(next.isDutyCycle)
        #expect(try #require(budget.latestEnd(from: next.start)) - next.start >= .milliseconds(990))
        #expect(budget.earliestStart(notBefore: end, for: .milliseconds(991)) == nil)
        #expect(budget.total(at: end) == .milliseconds(990))
    }

    @Test func shortUseNeedsNoPauseBetweenUntilTheLongestCarrierIsReached() throws {
        var budget = CarrierBudget(limits: Region.eu865.limits)
        var now = AirTime.zero
        for _ in 0..<7 {
            let start = try #require(budget.earliestStart(notBefore: now, for: .milliseconds(500))).start
            #expect(start == now)
            budget.turnOn(at: start)
            now = start + .milliseconds(500)
            budget.turnOff(at: now)
        }
        let start = try #require(budget.earliestStart(notBefore: now, for: .milliseconds(500))).start
        #expect(start == now + .milliseconds(100) + CarrierBudget.margin)
    }

    @Test func aHundredThousandOnTimesAreRememberedWithinBounds() throws {
        var limits = AirLimits()
        limits.dutyCycles = [.init(share: 0.5, window: .milliseconds(3_600_000))]
        var budget = CarrierBudget(limits: limits)
        var now = AirTime.zero
        for _ in 0..<100_000 {
            budget.turnOn(at: now)
            budget.turnOff(at: now + .milliseconds(5))
            now += .milliseconds(20)
        }
        // Taken together they may count for more than they were, never for less.
        let start = try #require(budget.earliestStart(notBefore: now, for: .milliseconds(1_500_000))).start
        #expect(start >= now)
        #expect(budget.total(at: now) == .milliseconds(500_000))
    }

    @Test func manyShortOnTimesDoNotTurnIntoALongOne() throws {
        var limits = AirLimits()
        limits.dutyCycles = [.init(share: 0.1, window: .milliseconds(3_600_000))]
        var budget = CarrierBudget(limits: limits)
        // 50 ms in three seconds: a sixtieth of the time, where a tenth is allowed.
        var now = AirTime.zero
        for _ in 0..<1_600 {
            let start = try #require(budget.earliestStart(notBefore: now, for: .milliseconds(50))).start
            try #require(start == now)
            budget.turnOn(at: start)
            budget.turnOff(at: start + .milliseconds(50))
            now += .milliseconds(3_000)
        }
    }

    @Test func limitsHoldWhereMoreOnTimesThanAreRememberedAreInTheWindow() throws {
        var generator = SeededGenerator(seed: 3)
        for round in 0..<2 {
            var limits = AirLimits()
            limits.dutyCycles = [.init(share: 0.2, window: .milliseconds(60_000))]
            if round > 0 {
                limits.longestCarrier = .milliseconds(200)
                limits.shortestPause = .milliseconds(5)
            }
            var budget = CarrierBudget(limits: limits)
            var times = OnTimes()
            var now = AirTime.zero
            for _ in 0..<4_000 {
                now += AirDuration(nanoseconds: .random(in: 0...20_000_000, using: &generator))
                let wanted = AirDuration(nanoseconds: .random(in: 100_000...9_000_000, using: &generator))
                let start = try #require(budget.earliestStart(notBefore: now, for: wanted)).start
                budget.turnOn(at: start)
                budget.turnOff(at: start + wanted)
                times.intervals.append((start, start + wanted))
                now = start + wanted
            }
            let on = times.intervals.reduce(AirDuration.zero) { $0 + ($1.end - $1.start) }
            #expect(on.seconds / now.seconds > 0.1, "limits are to hold, not to keep off")
            #expect(times.most(in: limits.dutyCycles[0].window) <= limits.dutyCycles[0].allowance)
            if let longest = limits.longestCarrier { #expect(times.longest(pause: limits.shortestPause) <= longest) }
        }
    }
}

/// When a carrier was on.
private struct OnTimes: CustomStringConvertible {
    var intervals: [(start: AirTime, end: AirTime)] = []

    var description: String {
        intervals.map { "\($0.start.nanoseconds)-\($0.end.nanoseconds)" }.joined(separator: " ")
    }

    /// The largest on-time in any window: one that begins with an on-time or ends with one has it.
    func most(in window: AirDuration) -> AirDuration {
        var before = [AirDuration.zero]
        for interval in intervals { before.append(before[before.count - 1] + (interval.end - interval.start)) }
        /// What has been used by then.
        func used(by time: AirTime) -> AirDuration {
            var places = 0..<intervals.count
            while !places.isEmpty {
                let middle = (places.lowerBound + places.upperBound) / 2
                places = intervals[middle].end <= time ? middle + 1..<places.upperBound : places.lowerBound..<middle
            }
            let place = places.lowerBound
            guard place < intervals.count else { return before[place] }
            return before[place] + max(.zero, time - intervals[place].start)
        }
        let begins = intervals.map(\.start) + intervals.map { $0.end - window }
        return begins.map { used(by: $0 + window) - used(by: $0) }.max() ?? .zero
    }

    func longest(pause: AirDuration) -> AirDuration {
        var longest = AirDuration.zero
        var begin: AirTime?
        var last: AirTime?
        for (start, end) in intervals {
            if let last, start - last >= pause { begin = nil }
            let first = begin ?? start
            begin = first
            last = end
            longest = max(longest, end - first)
        }
        return longest
    }
}
