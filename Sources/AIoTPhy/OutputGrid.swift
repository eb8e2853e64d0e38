import CSampleKernels

/// Matched-filter outputs of single bits on a grid of starts that spans the whole burst.
///
/// The outputs are computed once, with the nominal clock: a clock error of a few percent hardly changes one bit of few
/// periods, it changes which outputs belong together. So a trial alignment costs one look-up per bit, and hundreds of
/// them can be weighed.
struct OutputGrid {
    /// Grid points per half-period (*ours*).
    static let pointsPerHalf = 6

    let shape: BurstShape
    private let origin: Double
    private let step: Double
    private let bitStep: Int
    /// Outputs by the grid point at which their bit begins.
    private(set) var re: [Float]
    private(set) var im: [Float]

    /// Outputs of all bits of a burst that starts in `starts` with a clock error up to `largestClockError`.
    init(_ shape: BurstShape, starts: ClosedRange<Double>, largestClockError: Double, _ filter: MatchedFilter) {
        self.shape = shape
        step = shape.nominalHalf / Double(Self.pointsPerHalf)
        bitStep = shape.halvesPerBit * Self.pointsPerHalf
        // A fast clock brings the first bit's middle forward; a slow one delays the last bit.
        let lead = Double(bitStep) * largestClockError + Double(2 * Self.pointsPerHalf)
        origin = starts.lowerBound - lead * step
        let stretched = Double(shape.channelBits * bitStep) / (1 - min(largestClockError, 0.5))
        let span = (starts.upperBound - starts.lowerBound) / step + stretched + lead
        let count = Int(max(min(span, (filter.limit - origin) / step), 0)) + 2 * Self.pointsPerHalf
        re = []
        im = []
        fill(count, filter)
    }

    private mutating func fill(_ count: Int, _ filter: MatchedFilter) {
        let span = Self.pointsPerHalf
        // First periods, then bits by doubling.
        let periods = max(count + bitStep - 2 * span, 0)
        (re, im) = filter.periods(origin: origin, step: step, count: periods, span: span)
        Self.addUp(&re, span, bitStep)
        Self.addUp(&im, span, bitStep)
    }

    /// Adds periods up to bits, in place.
    private static func addUp(_ sums: inout [Float], _ span: Int, _ bitStep: Int) {
        var width = 2 * span
        var valid = sums.count
        sums.withUnsafeMutableBufferPointer { sums in
            while 2 * width <= bitStep {
                valid -= width
                aiot_add_shifted(sums.baseAddress, max(valid, 0), width)
                width *= 2
            }
        }
    }

    /// Outputs that are valid.
    var count: Int { re.count - bitStep + 2 * Self.pointsPerHalf }

    /// Mean power of the outputs of bits behind one another, and how many there are; no alignment is assumed.
    func meanPower() -> (mean: Double, bits: Int)? {
        let bits = count / bitStep
        guard bits > 0 else { return nil }
        var sum: Float = 0
        for bit in 0..<bits { sum += re[bit * bitStep] * re[bit * bitStep] + im[bit * bitStep] * im[bit * bitStep] }
        return (Double(sum) / Double(bits), bits)
    }

    /// The place of bit 0, and the distance from bit to bit, in grid points: adding up and cutting off the fraction gives
    /// the nearest point. A place below zero or beyond `count` lies outside the grid.
    func line(_ alignment: Alignment) -> (first: Double, perBit: Double) {
        let bit = Double(shape.halvesPerBit) * alignment.half
        return ((alignment.start + bit / 2 - origin) / step - Double(bitStep) / 2 + 0.5, bit / step)
    }

    /// The grid point nearest to the begin of a bit; bits are lined up by their middles. It may lie outside the grid.
    @inline(__always)
    func place(of bit: Int, _ alignment: Alignment) -> Int {
        let middle = alignment.start + (Double(bit) + 0.5) * Double(shape.halvesPerBit) * alignment.half
        return Int(((middle - origin) / step).rounded()) - bitStep / 2
    }
}
