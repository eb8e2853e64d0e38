import AIoTBase
import StreamFrontEnd
import Testing

@Suite struct CounterClockTests {
    @Test func theEarliestArrivalTellsTheTimeOfASample() {
        var clock = CounterClock(sampleRateHz: 1_000_000)
        #expect(clock.instant(ofSample: 0) == nil)
        clock.arrived(nextSample: 1_000, at: AirTime(nanoseconds: 9_000_000))
        #expect(clock.instant(ofSample: 0) == AirTime(nanoseconds: 8_000_000))
        clock.arrived(nextSample: 2_000, at: AirTime(nanoseconds: 9_500_000))
        #expect(clock.instant(ofSample: 2_000) == AirTime(nanoseconds: 9_500_000))
        clock.arrived(nextSample: 3_000, at: AirTime(nanoseconds: 30_000_000))
        #expect(clock.instant(ofSample: 2_000) == AirTime(nanoseconds: 9_500_000))
    }

    @Test(arguments: [-100e-6, 100e-6])
    func itFollowsACrystalForHoursAndNeverRunsAhead(error: Double) throws {
        var clock = CounterClock(sampleRateHz: 1_000_000)
        var generator = SeededGenerator(seed: 7)
        for block in 1...100_000 {
            // A block of 0.1 s each, up to 20 ms late.
            let seconds = Double(block) * 0.1
            let now = AirTime(nanoseconds: Int64((seconds + 0.02 * generator.uniform()) * 1e9))
            let next = Int64(seconds * 1_000_000 * (1 + error))
            clock.arrived(nextSample: next, at: now)
            let instant = try #require(clock.instant(ofSample: Double(next)))
            #expect(instant <= now)
            #expect(abs(instant.seconds - seconds) < 0.022)
        }
    }
}
