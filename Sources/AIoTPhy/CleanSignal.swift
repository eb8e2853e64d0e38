/// What a window holds beside the reader's own carrier, at rest: the devices and the noise.
///
/// Its running sums make the integral over any interval two look-ups, whole or broken ends alike: the matched filter of a
/// square wave is a handful of look-ups, however many samples a half-period has.
struct CleanSignal {
    /// Interleaved, the carrier taken out and its turning undone.
    private(set) var samples: [Float]
    /// Interleaved running sums: element k is the sum of the samples before k; one more than samples.
    private(set) var sums: [Double]
    let carrier: CarrierFit
    /// Noise power of one sample, from the differences of neighbours; strong bursts raise it.
    private(set) var noise: Double

    var count: Int { samples.count / 2 }

    init(_ window: SampleWindow, knownOffset: Complex?) {
        let carrier = window.samples.withUnsafeBufferPointer {
            CarrierFit(samples: $0, sampleRateHz: window.rateHz, knownOffset: knownOffset)
        }
        self.carrier = carrier
        samples = window.samples
        sums = [Double](repeating: 0, count: window.samples.count + 2)
        samples.withUnsafeMutableBufferPointer { Self.removeCarrier(carrier, from: $0) }
        noise = samples.withUnsafeBufferPointer { Self.noise(in: $0) }
        accumulate(from: 0)
    }

    private static func noise(in samples: UnsafeBufferPointer<Float>) -> Double {
        var sum: Float = 0
        var total = 0.0
        for index in stride(from: 0, to: max(samples.count - 2, 0), by: 2) {
            let re = samples[index + 2] - samples[index]
            let im = samples[index + 3] - samples[index + 1]
            sum += re * re + im * im
            if index & 255 == 0 {
                total += Double(sum)
                sum = 0
            }
        }
        return (total + Double(sum)) / Double(max(samples.count - 2, 1))
    }

    /// Takes a burst out of the signal.
    mutating func subtract(_ burst: BurstContribution, gain: Complex) {
        let re = Float(gain.re)
        let im = Float(gain.im)
        let first = burst.firstSample
        samples.withUnsafeMutableBufferPointer { samples in
            for (index, level) in burst.levels.enumerated() where 2 * (first + index) + 1 < samples.count {
                samples[2 * (first + index)] -= level * re
                samples[2 * (first + index) + 1] -= level * im
            }
        }
        accumulate(from: first)
        noise = samples.withUnsafeBufferPointer { Self.noise(in: $0) }
    }

    /// Lifts the samples between two places by `step`; those at the ends by their part.
    mutating func lift(from start: Double, to end: Double, by step: Complex) {
        let first = max(Int(start), 0)
        let last = min(Int(end), count - 1)
        guard first <= last else { return }
        for index in first...last {
            let part = min(Double(index + 1), end) - max(Double(index), start)
            samples[2 * index] += Float(step.re * part)
            samples[2 * index + 1] += Float(step.im * part)
        }
        accumulate(from: first)
    }

    private mutating func accumulate(from first: Int) {
        samples.withUnsafeBufferPointer { samples in
            sums.withUnsafeMutableBufferPointer { sums in
                var re = sums[2 * first]
                var im = sums[2 * first + 1]
                for index in stride(from: 2 * first, to: samples.count, by: 2) {
                    re += Double(samples[index])
                    im += Double(samples[index + 1])
                    sums[index + 2] = re
                    sums[index + 3] = im
                }
            }
        }
    }

    private static func removeCarrier(_ carrier: CarrierFit, from samples: UnsafeMutableBufferPointer<Float>) {
        let offset = (re: Float(carrier.offset.re), im: Float(carrier.offset.im))
        let leak = (re: Float(carrier.leak.re), im: Float(carrier.leak.im))
        // The phasor is set anew for every block, so that rounding does not build up.
        let block = 64
        let steps = (0..<block).map { Complex(angle: -carrier.turn * Double($0)) }
        let stepRe = steps.map { Float($0.re) }
        let stepIm = steps.map { Float($0.im) }
        for first in stride(from: 0, to: samples.count / 2, by: block) {
            let base = Complex(angle: -carrier.turn * Double(first))
            let (baseRe, baseIm) = (Float(base.re), Float(base.im))
            for index in 0..<min(block, samples.count / 2 - first) {
                let re = samples[2 * (first + index)] - offset.re
                let im = samples[2 * (first + index) + 1] - offset.im
                let turnRe = baseRe * stepRe[index] - baseIm * stepIm[index]
                let turnIm = baseRe * stepIm[index] + baseIm * stepRe[index]
                samples[2 * (first + index)] = re * turnRe - im * turnIm - leak.re
                samples[2 * (first + index) + 1] = re * turnIm + im * turnRe - leak.im
            }
        }
    }
}
