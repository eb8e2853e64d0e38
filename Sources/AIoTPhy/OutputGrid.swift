import AIoTBase
import CSampleKernels

/// Matched-filter outputs of single bits on grids of starts that span the whole burst, each grid for a clock error.
///
/// A clock error that differs little from a grid's hardly changes one bit, it changes which outputs belong together. So a
/// trial alignment costs one look-up per bit, and hundreds of them can be weighed. With few half-periods per bit the
/// nominal clock serves all errors that a device may have.
struct OutputGrid {
    /// By how many half-periods the clock of a grid may lead or lag over a bit (*ours*): 0.16 cost a bit 0.7 dB at worst.
    /// Without code a burst is strong enough to bear more.
    private static let reachWithCode = 0.16
    private static let reachWithoutCode = 0.32

    /// The grids, from the slowest clock to the fastest.
    let layers: [Layer]
    let nominalHalf: Double
    private let largestClockError: Double

    /// Outputs of all bits of a burst that starts in `starts` with a clock error up to `largestClockError`.
    init(_ shape: BurstShape, starts: ClosedRange<Double>, largestClockError: Double, _ filter: MatchedFilter) {
        nominalHalf = shape.nominalHalf
        self.largestClockError = largestClockError
        let reach = shape.format.fec ? Self.reachWithCode : Self.reachWithoutCode
        let count = max(Int((Double(shape.halvesPerBit) * largestClockError / reach - 1e-6).rounded(.up)), 1)
        let width = largestClockError / Double(count)
        layers = (0..<count).map { index in
            let clockError = width * Double(2 * index + 1 - count)
            return Layer(shape, clockError: clockError, within: width, starts: starts, filter)
        }
    }

    /// Which grid is for a clock error.
    func layer(for clockError: Double) -> Int {
        guard layers.count > 1 else { return 0 }
        let place = (clockError / largestClockError + 1) / 2 * Double(layers.count)
        return Int(min(max(place, 0), Double(layers.count - 1)))
    }

    /// Mean power of the outputs of bits behind one another, and how many there are; no alignment is assumed.
    func meanPower() -> (mean: Double, bits: Int)? { layers[layers.count / 2].meanPower() }
}

extension OutputGrid {
    /// The outputs for one clock error.
    struct Layer {
        /// Grid points per half-period (*ours*).
        static let pointsPerHalf = 6

        let shape: BurstShape
        /// Samples from point to point.
        let step: Double
        private let origin: Double
        private let bitStep: Int
        /// Outputs by the grid point at which their bit begins.
        private(set) var re: [Float]
        private(set) var im: [Float]

        /// For clock errors `within` so much of `clockError`.
        init(
            _ shape: BurstShape, clockError: Double, within: Double, starts: ClosedRange<Double>,
            _ filter: MatchedFilter
        ) {
            self.shape = shape
            step = shape.nominalHalf / (1 + clockError) / Double(Self.pointsPerHalf)
            bitStep = shape.halvesPerBit * Self.pointsPerHalf
            // A fast clock brings the first bit's middle forward; a slow one delays the last bit.
            let lead = Double(bitStep) * within + Double(2 * Self.pointsPerHalf)
            origin = starts.lowerBound - lead * step
            let stretched = Double(shape.channelBits * bitStep) / (1 - min(within, 0.5))
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
}
