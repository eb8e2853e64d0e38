import AIoTBase
import Foundation

/// What a real receiver adds to a scene; nothing unless set.
struct Impairments {
    /// The leak wanders by this, peak to peak, within 10 ms: dB and degrees.
    var driftDB = 0.0
    var driftDegrees = 0.0
    /// Sudden changes of the leak per second, and their size as part of the leak.
    var stepsPerSecond = 0.0
    var stepSize = 0.1
    /// Impulses per second of 1 to 5 µs, and their amplitude over that of a device of level 1, in dB.
    var impulsesPerSecond = 0.0
    var impulseDB = 20.0
    /// Bits of the samples, and the leak as part of full scale; 0 leaves them as they are.
    var bits = 0
    var leakOfFullScale = 0.8

    /// Changes of the leak over time: what it is multiplied by, sample for sample; nil when it stands still.
    func leakGains(count: Int, rate: Double, seed: UInt64) -> [(re: Float, im: Float)]? {
        guard driftDB != 0 || driftDegrees != 0 || stepsPerSecond != 0 else { return nil }
        var generator = SeededGenerator(seed: seed ^ 0xD41F7)
        let level = Wander(&generator)
        let phase = Wander(&generator)
        var gains: [(re: Float, im: Float)] = []
        gains.reserveCapacity(count)
        var step = (re: 0.0, im: 0.0)
        var nextStep = Self.wait(stepsPerSecond, &generator)
        for index in 0..<count {
            let time = Double(index) / rate
            if time >= nextStep {
                let angle = 2 * Double.pi * generator.uniform()
                step = (step.re + stepSize * cos(angle), step.im + stepSize * sin(angle))
                nextStep = time + Self.wait(stepsPerSecond, &generator)
            }
            // The wandering is slow: every eighth sample is enough.
            guard index.isMultiple(of: 8) || gains.isEmpty else {
                gains.append(gains[index - 1])
                continue
            }
            let amplitude = pow(10, driftDB * level.value(at: time) / 20)
            let angle = driftDegrees * Double.pi / 180 * phase.value(at: time)
            gains.append((Float(amplitude * cos(angle) + step.re), Float(amplitude * sin(angle) + step.im)))
        }
        return gains
    }

    /// Adds the impulses to interleaved samples in which a device has `amplitude`.
    func addImpulses(to samples: inout [Float], rate: Double, amplitude: Double, seed: UInt64) {
        guard impulsesPerSecond > 0 else { return }
        var generator = SeededGenerator(seed: seed ^ 0x1A9)
        let height = amplitude * pow(10, impulseDB / 20)
        var time = Self.wait(impulsesPerSecond, &generator)
        while time * rate < Double(samples.count / 2) {
            let angle = 2 * Double.pi * generator.uniform()
            let end = time + 1e-6 + 4e-6 * generator.uniform()
            for index in Int(time * rate)..<min(Int(end * rate) + 1, samples.count / 2) {
                let part = min(Double(index + 1), end * rate) - max(Double(index), time * rate)
                samples[2 * index] += Float(height * part * cos(angle))
                samples[2 * index + 1] += Float(height * part * sin(angle))
            }
            time += Self.wait(impulsesPerSecond, &generator)
        }
    }

    /// Rounds and cuts the samples as a converter does whose full scale is the leak (of amplitude 1) over its part.
    func quantise(_ samples: inout [Float]) {
        guard bits > 0 else { return }
        let top = Float(1 << (bits - 1))
        let scale = top * Float(leakOfFullScale)
        for index in samples.indices {
            samples[index] = min(max((samples[index] * scale).rounded(), -top), top - 1) / top
        }
    }

    private static func wait(_ perSecond: Double, _ generator: inout SeededGenerator) -> Double {
        perSecond > 0 ? -log(1 - generator.uniform()) / perSecond : .infinity
    }

    /// A smooth random function within about -0.5...0.5 that goes from one end to the other in some 10 ms.
    private struct Wander {
        private let waves: [(frequency: Double, phase: Double)]

        init(_ generator: inout SeededGenerator) {
            waves = (0..<3).map { _ in
                (20 + 60 * generator.uniform(), 2 * Double.pi * generator.uniform())
            }
        }

        func value(at time: Double) -> Double {
            waves.reduce(0) { $0 + 0.29 * sin(2 * Double.pi * $1.frequency * time + $1.phase) }
        }
    }
}
