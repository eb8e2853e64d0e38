import CSampleKernels

/// The matched filter of a burst's bits over running sums.
struct MatchedFilter {
    private let sums: UnsafeBufferPointer<Double>
    /// Samples of the signal.
    let limit: Double

    /// Noise power of one sample.
    let noise: Double

    /// `sums` as in `CleanSignal`; the filter must not outlive it.
    init(_ sums: UnsafeBufferPointer<Double>, noise: Double) {
        self.sums = sums
        self.noise = noise
        limit = Double(sums.count / 2 - 1)
    }

    /// Whether the first `bits` bits lie within the signal.
    func contains(_ alignment: Alignment, bits: Int, _ shape: BurstShape) -> Bool {
        alignment.half > 0 && alignment.start >= 0
            && alignment.position(ofHalf: bits * shape.halvesPerBit) <= limit
    }

    /// The output for one bit: first half-period plus, second minus, and so on. Positive speaks for 0.
    func output(bit: Int, _ alignment: Alignment, _ shape: BurstShape) -> Complex {
        let halves = shape.halvesPerBit
        let first = bit * halves
        var sum = Complex.zero
        for index in 1..<halves {
            let value = total(before: alignment.position(ofHalf: first + index))
            sum = index.isMultiple(of: 2) ? sum - value : sum + value
        }
        return sum * 2 - total(before: alignment.position(ofHalf: first))
            - total(before: alignment.position(ofHalf: first + halves))
    }

    /// The preamble against its known bits.
    func preamble(_ alignment: Alignment, _ shape: BurstShape) -> (sum: Complex, energy: Double) {
        var sum = Complex.zero
        var energy = 0.0
        for (bit, output) in outputs(bits: shape.preambleBits, alignment, shape).enumerated() {
            sum += output * Double(shape.knownSigns[bit])
            energy += output.power
        }
        return (sum, energy)
    }

    /// How well the preamble lines up, alignments on and off the sample grid compared fairly.
    func preambleQuality(_ alignment: Alignment, _ shape: BurstShape) -> Double {
        preamble(alignment, shape).sum.power / templateEnergy(alignment, bits: shape.preambleBits, shape)
    }

    /// Half-periods of fewer samples than this have templates of clearly unequal energy.
    private static let unequalBelow = 6.0

    /// Energy of the square wave against which the first `bits` bits are held, in samples.
    ///
    /// A sample with an edge in it counts for less. With few samples per half-period an alignment that hits the sample
    /// grid would win by that alone.
    func templateEnergy(_ alignment: Alignment, bits: Int, _ shape: BurstShape) -> Double {
        let halves = bits * shape.halvesPerBit
        let whole = Double(halves) * alignment.half
        guard alignment.half < Self.unequalBelow else { return whole }
        var loss = 0.0
        for index in 1..<max(halves, 1) {
            let position = alignment.position(ofHalf: index)
            let part = position - position.rounded(.down)
            loss += part * (1 - part)
        }
        return whole - 4 * loss
    }

    /// All outputs of the burst.
    func outputs(_ alignment: Alignment, _ shape: BurstShape) -> [Complex] {
        outputs(bits: shape.channelBits, alignment, shape)
    }

    /// The outputs of the first `bits` bits.
    func outputs(bits: Int, _ alignment: Alignment, _ shape: BurstShape) -> [Complex] {
        [Complex](unsafeUninitializedCapacity: bits) { outputs, count in
            count = bits
            // A complex number is its two parts, one behind the other.
            outputs.withMemoryRebound(to: Double.self) { fill($0, bits: bits, alignment, shape) }
        }
    }

    /// What the outputs of the first `bits` bits weigh.
    func weight(_ alignment: Alignment, bits: Int, _ shape: BurstShape) -> AlignmentWeight {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * bits) { outputs in
            fill(outputs, bits: bits, alignment, shape)
            return AlignmentWeight(UnsafeBufferPointer(outputs), shape)
        }
    }

    private func fill(
        _ outputs: UnsafeMutableBufferPointer<Double>, bits: Int, _ alignment: Alignment, _ shape: BurstShape
    ) {
        var signal = signal
        aiot_bit_outputs(
            &signal, alignment.start, alignment.half, shape.halvesPerBit, 0, bits, outputs.baseAddress)
    }

    /// Outputs of single periods at grid points `step` samples apart, half a period being `span` of them.
    func periods(origin: Double, step: Double, count: Int, span: Int) -> (re: [Float], im: [Float]) {
        var im: [Float] = []
        let re = [Float](unsafeUninitializedCapacity: count) { re, filled in
            filled = count
            im = [Float](unsafeUninitializedCapacity: count) { im, filled in
                filled = count
                var signal = signal
                aiot_periods(&signal, origin, step, count, span, re.baseAddress, im.baseAddress)
            }
        }
        return (re, im)
    }

    private var signal: aiot_signal { aiot_signal(sums: sums.baseAddress, limit: limit) }

    /// The running sum at a place between samples, outside the signal that of its end.
    @inline(__always)
    func total(before position: Double) -> Complex {
        let place = min(max(position, 0), limit)
        let index = min(Int(place), sums.count / 2 - 2)
        let part = place - Double(index)
        let re = sums[2 * index]
        let im = sums[2 * index + 1]
        return Complex(re + part * (sums[2 * index + 2] - re), im + part * (sums[2 * index + 3] - im))
    }
}
