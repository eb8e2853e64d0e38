import AIoTBase
import AIoTPhy

/// Windows in which a burst is expected and only leak and noise are.
package struct EmptyWindows {
    /// Windows of one stretch of samples.
    private static let batch = 200

    private let setup: Trial.Setup
    private let falseBurstProbability: Double

    /// The receiver's bound on false bursts is `falseBurstProbability`, 10^-6 where nobody relaxes it.
    package init(_ setup: Trial.Setup, falseBurstProbability: Double = 1e-6) {
        self.setup = setup
        self.falseBurstProbability = falseBurstProbability
    }

    /// The windows, at least `count`, in which the receiver reads a frame.
    package func falseFrames(_ count: Int, seed: UInt64, _ normals: Normals) -> Rate {
        var source = Normals(seed: seed, sharing: normals)
        let burst = ExpectedBurst(format: setup.format, delay: setup.delay)
        let length = setup.format.duration(in: setup.profile).seconds * 1.03 + 200e-6
        let spacing = (length + setup.delay.seconds * 0.05) * setup.rateHz
        var samples = [Float](repeating: 0, count: 2 * Int(spacing * Double(Self.batch)) + 1_000)
        var rate = Rate(errors: 0, trials: 0)
        while rate.trials < count {
            source.fill(&samples)
            for index in stride(from: 0, to: samples.count, by: 2) {
                samples[index] = 0.85 + 0.1 * samples[index]
                samples[index + 1] = 0.52 + 0.1 * samples[index + 1]
            }
            var receiver = StreamReceiver(profile: setup.profile, sampleRateHz: setup.rateHz)
            receiver.falseBurstProbability = falseBurstProbability
            for window in 0..<Self.batch {
                receiver.expect([burst], afterSample: setup.origin + Double(window) * spacing)
            }
            for case .occasion(let result) in receiver.push(samples) + receiver.finish() {
                rate.trials += 1
                if !result.report.bursts.isEmpty { rate.errors += 1 }
            }
        }
        return rate
    }
}
