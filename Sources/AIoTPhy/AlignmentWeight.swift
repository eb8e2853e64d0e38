import CSampleKernels

/// What an alignment makes of the outputs of a burst's bits: how long the preamble adds up, and along its direction the
/// likelihood and the power of the bits behind it.
struct AlignmentWeight {
    let length: Double
    let likelihood: Double
    let power: Double

    /// Weighs the outputs at places `first` + k * `perBit`, fractions cut off; those outside are zero. `gain` turns an
    /// output into a likelihood.
    init(
        re: [Float], im: [Float], first: Double, perBit: Double, count: Int? = nil, bits: Int, gain: Double,
        _ shape: BurstShape
    ) {
        var weight = aiot_weight()
        let held = min(count ?? re.count, re.count, im.count)
        aiot_weigh(
            re, im, max(held, 0), first, perBit, shape.knownSigns, shape.preambleBits,
            min(max(bits, shape.preambleBits), shape.channelBits), gain, &weight)
        length = Complex(weight.sum_re, weight.sum_im).magnitude
        likelihood = weight.likelihood
        power = weight.power
    }
}

extension OutputGrid {
    /// Weighs the first `bits` bits of a burst.
    func weight(_ alignment: Alignment, bits: Int, gain: Double) -> AlignmentWeight {
        let (first, perBit) = line(alignment)
        return AlignmentWeight(
            re: re, im: im, first: first, perBit: perBit, count: count, bits: bits, gain: gain, shape)
    }
}
