import AIoTBase
import Testing

@testable import LoopbackFrontEnd

/// Simulated time stands still while the carrier is off, and never goes back.
struct SimulatedClockTests {
    private func milliseconds(_ count: Int64) -> AirTime { .zero + .milliseconds(count) }

    @Test func noTimePassesBeforeTheFirstCarrier() {
        var clock = SimulatedClock()
        #expect(clock.resume(at: milliseconds(5_000)) == .zero)
        #expect(clock.simulated(milliseconds(5_007)) == milliseconds(7))
        #expect(clock.real(milliseconds(7)) == milliseconds(5_007))
    }

    @Test func anHourWithoutCarrierIsTheRunOutOfTheDevices() {
        var clock = SimulatedClock()
        _ = clock.resume(at: milliseconds(100))
        #expect(clock.pause(at: milliseconds(150)) == milliseconds(50))
        #expect(clock.resume(at: milliseconds(3_600_150)) == milliseconds(70))
    }

    @Test func aSecondPauseMovesNothing() {
        var clock = SimulatedClock()
        _ = clock.resume(at: .zero)
        _ = clock.pause(at: milliseconds(10))
        _ = clock.pause(at: milliseconds(500))
        #expect(clock.resume(at: milliseconds(900)) == milliseconds(30))
    }

    @Test(arguments: 1...UInt64(20))
    func timeNeverGoesBackWhateverTheCarrierDoes(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var clock = SimulatedClock()
        var (real, last, isOn) = (AirTime.zero, AirTime.zero, false)
        for _ in 0..<200 {
            real += .milliseconds(Int64.random(in: 0...40, using: &generator))
            let step = Int.random(in: 0...2, using: &generator)
            let simulated =
                switch step {
                case 0: clock.resume(at: real)
                case 1: clock.pause(at: real)
                default: clock.simulated(real)
                }
            if step < 2 { isOn = step == 0 }
            #expect(simulated >= last, "seed \(seed)")
            #expect(!isOn || clock.real(simulated) == real, "seed \(seed)")
            last = simulated
        }
    }
}
