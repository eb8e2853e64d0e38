import AIoTBase
import AIoTPhy
import Foundation
import Testing

/// R2D frames under the same impairments, as a recording is decoded and as a device with a receiver of its own hears
/// them.
@Suite struct RobustnessR2DTests {
    @Test(arguments: [2, 6, 12, 24]) func aFrameIsHeardUnderEachImpairment(chipsPerSymbol: Int) {
        let trials: [(String, FrameTrial)] = [
            ("noise", FrameTrial(leakToNoiseDB: 18)),
            ("little noise", FrameTrial(leakToNoiseDB: 40)),
            ("offset", FrameTrial(offsetHz: 5_000)),
            ("DC", FrameTrial(offsetHz: -5_000, dc: 0.5)),
            ("8 bits", FrameTrial(impairments: Impairments(bits: 8), leakToNoiseDB: 30)),
            ("8 bits, hardly used", FrameTrial(impairments: Impairments(bits: 8, leakOfFullScale: 0.05))),
            ("drift", FrameTrial(impairments: Impairments(driftDB: 1, driftDegrees: 30), offsetHz: 5_000)),
            ("impulses", FrameTrial(impairments: Impairments(impulsesPerSecond: 500, impulseDB: 20))),
            ("jumps", FrameTrial(impairments: Impairments(stepsPerSecond: 30, stepSize: 0.1))),
        ]
        for (name, trial) in trials {
            let share = trial.heardShare(chipsPerSymbol: chipsPerSymbol, count: 20)
            #expect(share >= 0.95, "\(name)")
        }
        #expect(FrameTrial(leakToNoiseDB: 5).heardShare(chipsPerSymbol: chipsPerSymbol, count: 20) < 0.5)
    }

    @Test func aDeviceFollowsACarrierThatWanders() throws {
        let impairments = Impairments(
            driftDB: 1, driftDegrees: 30, impulsesPerSecond: 300, impulseDB: 20, bits: 8, leakOfFullScale: 0.6)
        let scale = 0.6
        for seed in 0..<20 {
            let trial = FrameTrial(impairments: impairments, leakToNoiseDB: 25, offsetHz: 3_000, octets: 20)
            let (scene, end) = trial.scene([UInt8](0..<20), chipsPerSymbol: 6)
            var receiver = CarrierReceiver(profile: scene.profile, sampleRateHz: scene.rate)
            let samples = scene.samples(seed: UInt64(seed))
            let events = samples.withUnsafeBufferPointer { receiver.push($0) }
            try #require(events.count == 1, "a frame, and the carrier is not lost")
            guard case .frame(let frame, let carrier?) = events[0] else {
                Issue.record("\(events)")
                continue
            }
            #expect(frame.crcRight && abs(carrier.level - scale) < 0.15 * scale)
            let place = Int(end * scene.rate)
            let gains = impairments.leakGains(count: place + 1, rate: scene.rate, seed: UInt64(seed))
            let gain = try #require(gains?.last)
            let phase = atan2(0.6, 0.8) + Double(atan2(gain.im, gain.re)) + 2 * .pi * 3_000 * Double(place) / scene.rate
            let error = (carrier.phase(at: Double(place)) - phase).remainder(dividingBy: 2 * .pi)
            // Within what the phase wanders by: the fit is a steady one.
            #expect(abs(error) < 0.35, "seed \(seed)")
        }
    }
}
