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
        let isUnsteady = drift(window) { drift in
            let changes = drift.changes
            return drift.mayHaveStep(changes, spread: spreads.usual)
                || drift.isMoving(changes, noise: noise, spread: 0)
        }
        guard isUnsteady else { return }
        // A step spreads the block that it lies in: the largest is found first, and then looked from anew.
        while steps < LeakDrift.stepLimit, spreads.count > 0,
            let step = drift(window, { $0.largestStep(spread: spreads.most) })
        {
            raise(step.place..<count, by: step.size * -1)
            accumulate(from: step.place)
            spreads = self.spreads(window)
            steps += 1
        }
        guard steps > 0 || drift(window, { $0.isMoving($0.changes, noise: noise, spread: spreads.most) }) else {
            return
        }
        var samples: [Float] = []
        swap(&samples, &self.samples)
        samples.withUnsafeMutableBufferPointer { samples in drift(window) { $0.flatten(samples) } }
        swap(&samples, &self.samples)
        accumulate(from: 0)
    }

    private func drift<Value>(_ window: SampleWindow, _ body: (LeakDrift) -> Value) -> Value {
        sums.withUnsafeBufferPointer { body(LeakDrift(sums: $0, period: window.slowestPeriod)) }
    }

    private func spreads(_ window: SampleWindow) -> LeakDrift.Spread {
        samples.withUnsafeBufferPointer { samples in drift(window) { $0.spreads(samples) } }
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
        let first = burst.firstSample
        let length = min(burst.levels.count, count - first)
        guard first >= 0, length > 0 else { return }
        samples.withUnsafeMutableBufferPointer { samples in
            guard let base = samples.baseAddress else { return }
            aiot_take_out(base + 2 * first, burst.levels, length, Float(gain.re), Float(gain.im))
        }
        accumulate(from: first)
        noise = samples.withUnsafeBufferPointer { Self.noise(in: $0) }
    }

    /// A stretch between two places that is lifted by a step.
    struct Lift {
        var start: Double
        var end: Double
        var step: Complex
    }

    /// Lifts the samples in some stretches; those at the ends by their part.
    mutating func lift(_ lifts: [Lift]) {
        for lift in lifts {
            let first = max(Int(lift.start), 0)
            let last = min(Int(lift.end), count - 1)
            guard first <= last else { continue }
            for index in first == last ? [first] : [first, last] {
                let part = min(Double(index + 1), lift.end) - max(Double(index), lift.start)
                raise(index..<index + 1, by: lift.step * part)
            }
            if last > first + 1 { raise(first + 1..<last, by: lift.step) }
        }
        if let first = lifts.map(\.start).min() { accumulate(from: max(Int(first), 0)) }
    }

    private mutating func raise(_ places: Range<Int>, by step: Complex) {
        samples.withUnsafeMutableBufferPointer { samples in
            guard let base = samples.baseAddress, 2 * places.upperBound <= samples.count else { return }
            aiot_raise(base + 2 * places.lowerBound, places.count, Float(step.re), Float(step.im))
        }
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
