/// What a burst adds to the samples of its window, in units of its gain.
struct BurstContribution {
    /// +1 while reflecting, -1 while absorbing, 0 outside; a sample with an edge in it holds the mean.
    private(set) var levels: [Float]
    let firstSample: Int
    /// Sum of the squares of the square wave.
    let energy: Double
    /// Parts of the first and the last sample that lie in the burst.
    private let ends: (first: Float, last: Float)

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
        ends = (Float(1 - (alignment.start - Double(first))), Float(end - Double(first + last)))
        // The waveform rests at -1; outside the burst nothing is to be taken out.
        levels[0] += 1 - ends.first
        levels[last] += 1 - ends.last
        energy = levels.reduce(0) { $0 + Double($1 * $1) }
        self.levels = levels
        firstSample = first
    }

    /// Lifts the whole burst: the mean of its states lies off the state in which the device rests.
    mutating func lift(by step: Float) {
        for index in levels.indices.dropFirst().dropLast() { levels[index] += step }
        levels[0] += step * ends.first
        levels[levels.count - 1] += step * ends.last
    }
}
