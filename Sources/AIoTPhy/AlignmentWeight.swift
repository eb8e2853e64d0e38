import CSampleKernels

/// What an alignment makes of the outputs of a burst's bits.
///
/// Known bits count by their sum, unknown ones by their squares: those add up in phase whatever the bits are.
struct AlignmentWeight {
    /// Sum of the known bits, each times its sign.
    let sum: Complex
    /// Sum of the squares of the unknown bits, the sum of their powers, and how many they are.
    let square: Complex
    let power: Double
    let unknown: Double

    /// Weighs the outputs at places `first` + k * `perBit`, fractions cut off; those outside are zero.
    init(
        re: [Float], im: [Float], first: Double, perBit: Double, count: Int? = nil, bits: Int, _ shape: BurstShape
    ) {
        var weight = aiot_weight()
        let held = min(count ?? re.count, re.count, im.count)
        aiot_weigh(
            re, im, max(held, 0), first, perBit, shape.knownSigns,
            min(max(bits, shape.preambleBits), shape.channelBits), &weight)
        self.init(weight)
    }

    /// Weighs the complex outputs of one bit after the other.
    init(_ outputs: UnsafeBufferPointer<Double>, _ shape: BurstShape) {
        var weight = aiot_weight()
        aiot_weigh_outputs(
            outputs.baseAddress, shape.knownSigns, min(outputs.count / 2, shape.channelBits), &weight)
        self.init(weight)
    }

    private init(_ weight: aiot_weight) {
        sum = Complex(weight.sum_re, weight.sum_im)
        square = Complex(weight.square_re, weight.square_im)
        power = weight.power
        unknown = weight.unknown
    }
}

extension OutputGrid {
    /// Weighs the first `bits` bits of a burst.
    func weight(_ alignment: Alignment, bits: Int) -> AlignmentWeight {
        layers[layer(for: nominalHalf / alignment.half - 1)].weight(alignment, bits: bits)
    }
}

extension OutputGrid.Layer {
    fileprivate func weight(_ alignment: Alignment, bits: Int) -> AlignmentWeight {
        let (first, perBit) = line(alignment)
        return AlignmentWeight(re: re, im: im, first: first, perBit: perBit, count: count, bits: bits, shape)
    }
}
