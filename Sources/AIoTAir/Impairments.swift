import AIoTBase
import Glibc

/// What a radio does to the samples that it hears: leak that drifts, frequency offset, DC, impulses, noise and steps of
/// a converter.
///
/// Everything is a function of a seed and of the absolute index of a sample, so blocks of any size give the same
/// samples. `leakFactor` is for whoever adds the leak; `apply` does the rest, in the order in which a receiver does it:
/// impulses, common frequency offset, noise, DC, quantisation. Everything is off by default.
package struct Impairments: Sendable {
    /// A leak that wanders, as where somebody walks past the antenna.
    package struct LeakDrift: Hashable, Sendable {
        /// Largest change of the amplitude, dB, either way.
        package var amplitudeDB: Double
        /// Largest change of the phase, degrees, either way.
        package var phaseDegrees: Double
        /// The leak goes to and fro about once in so many seconds, 1e-3 or more.
        package var timeScaleSeconds: Double

        package init(amplitudeDB: Double, phaseDegrees: Double, timeScaleSeconds: Double) {
            self.amplitudeDB = amplitudeDB
            self.phaseDegrees = phaseDegrees
            self.timeScaleSeconds = timeScaleSeconds
        }
    }

    /// Short bursts of a strong tone at random times, frequencies and phases.
    package struct Impulses: Hashable, Sendable {
        /// Mean number in a second, at most 100,000.
        package var perSecond: Double
        /// Power relative to a device of 0 dB (half the distance of its states, squared), dB.
        package var levelDB: Double
        /// Seconds, at most 0.01.
        package var seconds: Double

        package init(perSecond: Double, levelDB: Double, seconds: Double) {
            self.perSecond = perSecond
            self.levelDB = levelDB
            self.seconds = seconds
        }
    }

    /// The steps of a converter.
    package struct Quantisation: Hashable, Sendable {
        /// 2...16.
        package var bits: Int
        /// The amplitude of a component that it just cannot show; what is beyond saturates.
        package var fullScale: Float

        package init(bits: Int, fullScale: Float = 1) {
            self.bits = bits
            self.fullScale = fullScale
        }
    }

    package var leakDrift: LeakDrift?
    package var impulses: Impulses?
    /// Common frequency offset of receiver and carrier source, Hz.
    package var carrierOffsetHz = 0.0
    package var dcOffset: (re: Float, im: Float) = (0, 0)
    /// Standard deviation of the noise in each component.
    package var noiseDeviation: Float = 0
    package var quantisation: Quantisation?
    /// Half the distance between the states of a device of 0 dB, as received: what impulses are measured by.
    package var deviceAmplitude: Float
    package let sampleRateHz: Double
    package let seed: UInt64

    package init(sampleRateHz: Double, seed: UInt64, deviceAmplitude: Float = 1) {
        self.sampleRateHz = sampleRateHz
        self.seed = seed
        self.deviceAmplitude = deviceAmplitude
    }

    /// The same with a change.
    package func with(_ change: (inout Impairments) -> Void) -> Impairments {
        var changed = self
        change(&changed)
        return changed
    }

    /// The noise that gives a device of half-distance `deviceAmplitude` this SNR per bit (`spec/2 "What the receiver
    /// hears"`): N0 = noise power per complex sample / sample rate.
    package mutating func setNoise(snrDB: Double, bitRateHz: Double) {
        let power = Double(deviceAmplitude) * Double(deviceAmplitude)
        let density = power / bitRateHz / pow(10, snrDB / 10)
        noiseDeviation = Float((density * sampleRateHz / 2).squareRoot())
    }

    /// Impairs interleaved complex samples, the first of which is sample `firstSample` of the stream.
    package func apply(to interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int) {
        addImpulses(to: interleaved, firstSample: firstSample)
        rotate(interleaved, firstSample: firstSample)
        addNoise(to: interleaved, firstSample: firstSample)
        quantise(interleaved)
    }
}

// MARK: - Drift

extension Impairments {
    /// Samples between two places where the drift is computed; between them it is a straight line.
    private static let knotDistance = 64
    /// The drift is a sum of three slow tones: their frequencies times the time scale, and their parts of the whole.
    private static let tones: [(frequency: Double, part: Double)] = [(0.53, 0.45), (1.0, 0.35), (1.61, 0.2)]

    /// Calls `body` with each sample's offset in the block and the factor of the leak there.
    package func forEachLeakFactor(
        firstSample: Int, count: Int, _ body: (Int, (re: Float, im: Float)) -> Void
    ) {
        guard let leakDrift else { return (0..<count).forEach { body($0, (1, 0)) } }
        let phases = tonePhases()
        var knot = Int.min
        var from = (re: Float(1), im: Float(0))
        var to = from
        for offset in 0..<count {
            let sample = firstSample + offset
            let place = sample / Self.knotDistance
            if place != knot {
                from = place == knot + 1 ? to : factor(leakDrift, phases, atKnot: place)
                to = factor(leakDrift, phases, atKnot: place + 1)
                knot = place
            }
            let part = Float(sample - place * Self.knotDistance) / Float(Self.knotDistance)
            body(offset, (from.re + part * (to.re - from.re), from.im + part * (to.im - from.im)))
        }
    }

    /// Of the tones of the amplitude, then of those of the phase.
    private func tonePhases() -> [Double] {
        var generator = SeededGenerator(seed: seed ^ 0xD21F)
        return (0..<2 * Self.tones.count).map { _ in 2 * .pi * generator.uniform() }
    }

    private func factor(_ drift: LeakDrift, _ phases: [Double], atKnot knot: Int) -> (re: Float, im: Float) {
        let time = Double(knot) * Double(Self.knotDistance) / sampleRateHz / max(drift.timeScaleSeconds, 1e-3)
        func swing(_ first: Int) -> Double {
            Self.tones.indices.reduce(0) { sum, index in
                sum + Self.tones[index].part * sin(2 * .pi * Self.tones[index].frequency * time + phases[first + index])
            }
        }
        let amplitude = pow(10, drift.amplitudeDB * swing(0) / 20)
        let phase = drift.phaseDegrees * .pi / 180 * swing(Self.tones.count)
        return (Float(amplitude * cos(phase)), Float(amplitude * sin(phase)))
    }
}

// MARK: - Impulses

extension Impairments {
    /// Impulses are drawn for so many seconds at a time.
    private static let cellSeconds = 1e-3

    private func addImpulses(to interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int) {
        guard let impulses, impulses.perSecond > 0, impulses.seconds > 0 else { return }
        let cell = max(1, Int(Self.cellSeconds * sampleRateHz))
        let length = max(1, Int((min(impulses.seconds, 0.01) * sampleRateHz).rounded()))
        let count = interleaved.count / 2
        guard count > 0 else { return }
        let amplitude = Double(deviceAmplitude) * pow(10, impulses.levelDB / 20)
        // The cells before the block whose impulses may reach into it.
        for index in max(0, firstSample - length) / cell...max(0, firstSample + count - 1) / cell {
            var generator = SeededGenerator(seed: hash(seed ^ 0x1A9, index))
            for _ in 0..<drawn(mean: min(impulses.perSecond, 1e5) * Self.cellSeconds, from: &generator) {
                let start = index * cell + Int(generator.uniform() * Double(cell))
                let phase = 2 * .pi * generator.uniform()
                let turn = 2 * .pi * (generator.uniform() - 0.5) / 4
                let first = max(start, firstSample)
                for sample in first..<max(first, min(start + length, firstSample + count)) {
                    let angle = phase + turn * Double(sample - start)
                    interleaved[2 * (sample - firstSample)] += Float(amplitude * cos(angle))
                    interleaved[2 * (sample - firstSample) + 1] += Float(amplitude * sin(angle))
                }
            }
        }
    }

    /// A number of the Poisson distribution (Knuth); `mean` is at most 100.
    private func drawn(mean: Double, from generator: inout SeededGenerator) -> Int {
        let limit = exp(-mean)
        var product = generator.uniform()
        var count = 0
        while product > limit {
            count += 1
            product *= generator.uniform()
        }
        return count
    }
}

// MARK: - Offset, noise, converter

extension Impairments {
    /// By a phasor that is set anew at every 256th sample of the stream.
    private func rotate(_ interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int) {
        guard carrierOffsetHz != 0 else { return }
        let turns = carrierOffsetHz / sampleRateHz
        let step = (re: cos(2 * .pi * turns), im: sin(2 * .pi * turns))
        let count = interleaved.count / 2
        var first = firstSample - firstSample % 256
        while first < firstSample + count {
            let turn = (Double(first) * turns).truncatingRemainder(dividingBy: 1)
            var phasor = (re: cos(2 * .pi * turn), im: sin(2 * .pi * turn))
            for sample in first..<min(first + 256, firstSample + count) {
                // Before the block it turns without effect, so that its rounding is the same for blocks of any size.
                if sample >= firstSample {
                    let index = 2 * (sample - firstSample)
                    let (cosine, sine) = (Float(phasor.re), Float(phasor.im))
                    let (re, im) = (interleaved[index], interleaved[index + 1])
                    interleaved[index] = re * cosine - im * sine
                    interleaved[index + 1] = re * sine + im * cosine
                }
                phasor = (phasor.re * step.re - phasor.im * step.im, phasor.re * step.im + phasor.im * step.re)
            }
            first += 256
        }
    }

    /// Noise of sample n is a hash of the seed and n, and DC.
    private func addNoise(to interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int) {
        guard noiseDeviation > 0 || dcOffset != (0, 0) else { return }
        for index in 0..<interleaved.count / 2 {
            var noise: (Float, Float) = (0, 0)
            if noiseDeviation > 0 {
                noise = Self.normalPair(hash(seed, firstSample + index))
            }
            interleaved[2 * index] += noiseDeviation * noise.0 + dcOffset.re
            interleaved[2 * index + 1] += noiseDeviation * noise.1 + dcOffset.im
        }
    }

    /// 64 random bits for a place in the stream (SplitMix64).
    private func hash(_ seed: UInt64, _ place: Int) -> UInt64 {
        var z = seed &+ UInt64(truncatingIfNeeded: place) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// Two independent normal numbers (Box and Muller) out of 64 random bits.
    private static func normalPair(_ draw: UInt64) -> (Float, Float) {
        let u = Float(draw >> 40) * 0x1p-24 + 0x1p-25
        let angle = 2 * Float.pi * Float(draw & 0xFF_FFFF) * 0x1p-24
        let radius = (-2 * logf(u)).squareRoot()
        return (radius * cosf(angle), radius * sinf(angle))
    }

    private func quantise(_ interleaved: UnsafeMutableBufferPointer<Float>) {
        guard let quantisation, quantisation.fullScale > 0 else { return }
        let steps = Float(1 << (min(max(quantisation.bits, 2), 16) - 1))
        let scale = steps / quantisation.fullScale
        for index in interleaved.indices {
            let level = min(max((interleaved[index] * scale).rounded(), -steps), steps - 1)
            interleaved[index] = level.isNaN ? 0 : level / scale
        }
    }
}
