import CSampleKernels

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

    init(_ window: SampleWindow, knownOffset: Complex?, _ spare: SpareRooms = SpareRooms()) {
        let carrier = window.samples.withUnsafeBufferPointer {
            CarrierFit(samples: $0, sampleRateHz: window.rateHz, knownOffset: knownOffset)
        }
        self.carrier = carrier
        var samples = spare.floats(window.samples.count)
        Self.removeCarrier(carrier, from: window.samples, into: &samples)
        samples.withUnsafeMutableBufferPointer {
            ImpulseBlanker(period: window.slowestPeriod, rateHz: window.rateHz).blank($0)
        }
        self.samples = samples
        sums = spare.doubles(window.samples.count + 2)
        sums[0] = 0
        sums[1] = 0
        noise = samples.withUnsafeBufferPointer { Self.noise(in: $0) }
        accumulate(from: 0)
        settleLeak(window)
    }

    /// Takes out what the leak moves by, if it does.
    private mutating func settleLeak(_ window: SampleWindow) {
        var steps = 0
        var spreads = spreads(window)
        let usual = spreads.isEmpty ? 0 : spreads[spreads.count / 2]
        guard drift(window, { $0.mayHaveStep(spread: usual) || $0.isMoving(noise: noise, spread: 0) }) else { return }
        // A step spreads the block that it lies in: the largest is found first, and then looked from anew.
        while steps < LeakDrift.stepLimit, let spread = spreads.last,
            let step = drift(window, { $0.largestStep(spread: spread) })
        {
            raise(from: step.place, by: step.size * -1)
            accumulate(from: step.place)
            spreads = self.spreads(window)
            steps += 1
        }
        let spread = spreads.last ?? 0
        guard steps > 0 || drift(window, { $0.isMoving(noise: noise, spread: spread) }) else { return }
        var samples: [Float] = []
        swap(&samples, &self.samples)
        samples.withUnsafeMutableBufferPointer { samples in drift(window) { $0.flatten(samples) } }
        swap(&samples, &self.samples)
        accumulate(from: 0)
    }

    private func drift<Value>(_ window: SampleWindow, _ body: (LeakDrift) -> Value) -> Value {
        sums.withUnsafeBufferPointer { body(LeakDrift(sums: $0, period: window.slowestPeriod)) }
    }

    private func spreads(_ window: SampleWindow) -> [Double] {
        samples.withUnsafeBufferPointer { samples in drift(window) { $0.spreads(samples) } }
    }

    /// Raises all samples from a place on.
    private mutating func raise(from place: Int, by step: Complex) {
        for index in place..<count {
            samples[2 * index] += Float(step.re)
            samples[2 * index + 1] += Float(step.im)
        }
    }

    /// Lends its arrays to the next signal; this one is not used any more.
    func giveBack(to spare: SpareRooms) {
        spare.give(samples)
        spare.give(sums)
    }

    private static func noise(in samples: UnsafeBufferPointer<Float>) -> Double {
        aiot_difference_power(samples.baseAddress, samples.count / 2) / Double(max(samples.count - 2, 1))
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

    /// Makes the running sums anew from sample `first` on.
    private mutating func accumulate(from first: Int) {
        let count = count
        guard first < count else { return }
        samples.withUnsafeBufferPointer { samples in
            sums.withUnsafeMutableBufferPointer { sums in
                guard let from = samples.baseAddress, let to = sums.baseAddress else { return }
                aiot_running_sums(from + 2 * first, count - first, to + 2 * first)
            }
        }
    }

    private static func removeCarrier(_ fit: CarrierFit, from samples: [Float], into clean: inout [Float]) {
        var carrier = aiot_carrier(
            offset_re: Float(fit.offset.re), offset_im: Float(fit.offset.im), leak_re: Float(fit.leak.re),
            leak_im: Float(fit.leak.im), turn: fit.turn)
        clean.withUnsafeMutableBufferPointer { clean in
            guard let to = clean.baseAddress, clean.count >= samples.count else { return }
            aiot_remove_carrier(samples, samples.count / 2, &carrier, 0, to)
        }
    }
}
