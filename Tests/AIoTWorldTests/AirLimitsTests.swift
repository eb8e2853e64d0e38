import AIoTBase
import AIoTF
import AIoTReader
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd
import Testing

/// Inventories under limits of the air, in virtual time: whatever is cut short, every device is found once in the end.
@Suite struct AirLimitsTests {
    private static func reader(_ change: (inout AirLimits) -> Void) -> ReaderConfiguration {
        var configuration = ReaderConfiguration()
        change(&configuration.limits)
        return configuration
    }

    private static let european = reader { $0 = Region.eu865.limits }

    /// A tenth of any ten seconds.
    private static let tenth = reader { $0.dutyCycles = [.init(share: 0.1, window: .milliseconds(10_000))] }

    @Test(arguments: [0, 20])
    func twoHundredDevicesAreFoundOnceUnderFourSecondsOnAndATenthOff(roundTrip: Int64) throws {
        let run = try BurstInventory(
            devices: 200, configuration: .standard, target: .group, reader: Self.european,
            coreRoundTrip: .milliseconds(roundTrip))
        #expect(run.ended && run.foundEachOnce && run.allAuthenticated)
        run.expectKept(Self.european.limits)
        print("eu-865", run.onTimes.count, "carriers,", run.world.now.seconds, "s")
    }

    @Test(arguments: [0, 20])
    func twoHundredDevicesAreFoundOnceUnderATenthOfDuty(roundTrip: Int64) throws {
        let run = try BurstInventory(
            devices: 200, configuration: .standard, target: .group, reader: Self.tenth,
            coreRoundTrip: .milliseconds(roundTrip))
        #expect(run.ended && run.foundEachOnce && run.allAuthenticated)
        #expect(run.world.reader.counters.forcedPauses > 0, "the limit is felt")
        run.expectKept(Self.tenth.limits)
        print("a tenth", run.onTimes.count, "carriers,", run.world.now.seconds, "s")
    }

    @Test func aSmallInventoryThatFitsIsNotDisturbed() throws {
        let free = try BurstInventory(devices: 10, configuration: .standard, target: .group)
        let bound = try BurstInventory(
            devices: 10, configuration: .standard, target: .group, reader: Self.tenth)
        #expect(bound.foundEachOnce)
        #expect(bound.frames == free.frames)
        #expect(bound.world.reader.counters.forcedPauses == 0)
    }

    @Test func whatIsAskedForInAPauseWaitsForItsEnd() throws {
        var run = try BurstInventory(
            quietWorldOf: 10, configuration: .standard, target: .group, reader: Self.tenth)
        for _ in 0..<20 { run.run() }
        #expect(run.ended)
        #expect(run.summaries.count == 20 && run.results.count == 200)
        #expect(run.world.reader.counters.airWaited > .zero)
        #expect(run.world.reader.counters.forcedPauses == 0, "nothing is begun that does not fit")
        run.expectKept(Self.tenth.limits)
    }

    @Test(arguments: Way.all)
    func everyWayToTheChannelGetsThroughUnderALongestCarrierOfAThirdOfASecond(way: Way) throws {
        var reader = way.reader
        reader.limits.longestCarrier = .milliseconds(300)
        reader.limits.shortestPause = .milliseconds(50)
        let run = try BurstInventory(
            devices: 20, configuration: .standard, target: way.target, reader: reader,
            coreRoundTrip: .milliseconds(10))
        #expect(run.ended, "\(way)")
        if way.target != .all { #expect(run.foundEachOnce, "\(way): \(run.results.count)") }
        #expect(Set(run.results.map(\.deviceID)).count == run.results.count, "\(way): reported twice")
        run.expectKept(reader.limits)
    }

    @Test func aChannelThatIsBusyHalfOfTheTimeHoldsTransmissionBackAndNothingElse() throws {
        let reader = Self.reader { $0.listenBeforeTalk = .init(thresholdDBFS: -60, duration: .milliseconds(5)) }
        let interference = Interference(share: 0.5, seed: 3)
        var run = try BurstInventory(quietWorldOf: 5, configuration: .standard, target: .group, reader: reader)
        run.world.hears = { interference.level(at: $0) }
        for _ in 0..<20 { run.run() }
        #expect(run.ended && run.results.count == 100)
        #expect(run.onTimes.allSatisfy { interference.level(at: $0.start) < -60 })
        #expect(run.world.reader.counters.channelBusy > 0)
    }

    @Test func whereNothingCanBeHeardNothingIsSent() throws {
        let reader = Self.reader { $0.listenBeforeTalk = .init(thresholdDBFS: -60, duration: .milliseconds(5)) }
        var run = try BurstInventory(quietWorldOf: 5, configuration: .standard, target: .group, reader: reader)
        run.world.hears = { _ in nil }
        run.order()
        let ended = run.world.run(until: AirTime.zero + .milliseconds(60_000))
        #expect(!ended)
        #expect(run.carrier.isEmpty && run.frames.isEmpty)
        #expect(run.notices.contains(.airClosed(.cannotListen)))
    }
}

extension BurstInventory {
    /// When the carrier was on; the last until now.
    fileprivate var onTimes: [(start: AirTime, end: AirTime)] {
        var times: [(start: AirTime, end: AirTime)] = []
        for (isOn, time) in carrier {
            if isOn { times.append((time, world.now)) } else if !times.isEmpty { times[times.count - 1].end = time }
        }
        return times
    }

    /// Whether the limits of time hold at every instant, and all was on the air with the carrier.
    fileprivate func expectKept(_ limits: AirLimits, sourceLocation: SourceLocation = #_sourceLocation) {
        let times = onTimes
        for frame in frames {
            #expect(
                times.contains { $0.start <= frame.start && frame.start + frame.duration <= $0.end },
                sourceLocation: sourceLocation)
        }
        if let longest = limits.longestCarrier {
            var begin: AirTime?
            for (index, (start, end)) in times.enumerated() {
                if index > 0, start - times[index - 1].end >= limits.shortestPause { begin = nil }
                let first = begin ?? start
                begin = first
                #expect(end - first <= longest, sourceLocation: sourceLocation)
            }
        }
        for cycle in limits.dutyCycles {
            for edge in times.map(\.start) + times.map({ $0.end - cycle.window }) {
                let used = times.reduce(AirDuration.zero) { sum, on in
                    sum + max(.zero, min(on.end, edge + cycle.window) - max(on.start, edge))
                }
                #expect(used <= cycle.allowance, sourceLocation: sourceLocation)
            }
        }
        let counted = world.reader.counters.carrierOn
        #expect(counted == times.reduce(.zero) { $0 + ($1.end - $1.start) }, sourceLocation: sourceLocation)
    }
}
