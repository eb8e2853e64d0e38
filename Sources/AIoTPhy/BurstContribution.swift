import CSampleKernels

/// What a burst adds to the samples of its window, in units of its gain: the square wave, its mean taken as zero.
struct BurstContribution {
    /// +1 while reflecting, -1 while absorbing, 0 outside; a sample with an edge in it holds the mean.
    let levels: [Float]
    let firstSample: Int
    /// Sum of the squares of the square wave.
    let energy: Double

    init(bits: [UInt8], alignment: Alignment, shape: BurstShape, profile: AirProfile) {
        let wave = D2RModulator.waveform(
            ofBits: bits, format: shape.format, clockError: 0, reflection: .twoPhase, in: profile)
        // One nominal half-period lasts `half` samples: that sets the rate at which to render.
        let rate = alignment.half * shape.format.bitRateHz(in: profile) * Double(shape.halvesPerBit)
        let end = alignment.position(ofHalf: bits.count * shape.halvesPerBit)
        let first = max(Int(alignment.start), 0)
        var levels = [Float](repeating: 0, count: max(Int(end.rounded(.up)) - first, 2))
        levels.withUnsafeMutableBufferPointer {
            wave.render(into: $0, firstSample: first, startSample: alignment.start, sampleRateHz: rate)
        }
        let last = levels.count - 1
        // The waveform rests at -1; outside the burst nothing is to be taken out.
        levels[0] += Float(alignment.start - Double(first))
        levels[last] += Float(Double(first + last + 1) - end)
        energy = aiot_power(levels, levels.count)
        self.levels = levels
        firstSample = first
    }
}
