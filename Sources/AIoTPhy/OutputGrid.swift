/// Matched-filter outputs of single bits on a grid of starts, and the preamble's correlation over them.
///
/// The outputs are computed once, with the nominal clock; a clock error only changes which of them belong together.
struct OutputGrid {
    /// Grid points per half-period (*ours*).
    private static let pointsPerHalf = 6

    /// Grid points at which a burst may start.
    let starts: Int
    private let shape: BurstShape
    private let origin: Double
    private let step: Double
    /// Grid points before the first start, for bits that a fast clock brings forward.
    private let lead: Int
    private let bitStep: Int
    private var re: [Float]
    private var im: [Float]
    private var energies: [Float]
    private var sumRe: [Float]
    private var sumIm: [Float]
    private var sumEnergy: [Float]

    init(_ shape: BurstShape, starts range: ClosedRange<Double>, largestClockError: Double) {
        self.shape = shape
        step = shape.nominalHalf / Double(Self.pointsPerHalf)
        bitStep = shape.halvesPerBit * Self.pointsPerHalf
        starts = Int((range.upperBound - range.lowerBound) / step) + 2
        lead = Int(Double(bitStep) * largestClockError) + 2
        origin = range.lowerBound - Double(lead) * step
        let stretched = Double(shape.preambleBits * bitStep) / (1 - min(largestClockError, 0.5))
        let length = lead + starts + Int(stretched) + 2
        re = [Float](repeating: 0, count: length)
        im = re
        energies = re
        sumRe = [Float](repeating: 0, count: starts)
        sumIm = sumRe
        sumEnergy = sumRe
    }

    /// Computes the outputs of all grid points.
    mutating func fill(_ filter: MatchedFilter) {
        let span = Self.pointsPerHalf
        let count = re.count
        // First the running sums on the grid, then periods, then bits by doubling.
        let totals = (0..<count + bitStep).map { filter.total(before: origin + Double($0) * step) }
        let periods = count + bitStep - 2 * span
        var periodRe = [Float](repeating: 0, count: periods)
        var periodIm = periodRe
        for index in 0..<periods {
            let middle = totals[index + span]
            let ends = totals[index] + totals[index + 2 * span]
            periodRe[index] = Float(2 * middle.re - ends.re)
            periodIm[index] = Float(2 * middle.im - ends.im)
        }
        var width = 2 * span
        while 2 * width <= bitStep {
            for index in 0..<periods - width {
                periodRe[index] += periodRe[index + width]
                periodIm[index] += periodIm[index + width]
            }
            width *= 2
        }
        for index in 0..<count {
            re[index] = periodRe[index]
            im[index] = periodIm[index]
            energies[index] = re[index] * re[index] + im[index] * im[index]
        }
    }

    /// Sums the preamble's bits for every start at one clock error.
    mutating func correlate(clockError: Double) {
        let starts = starts
        for index in 0..<starts {
            sumRe[index] = 0
            sumIm[index] = 0
            sumEnergy[index] = 0
        }
        for bit in 0..<shape.preambleBits {
            let offset = place(of: bit, clockError: clockError)
            let sign = shape.knownSigns[bit]
            guard offset >= 0, offset + starts <= re.count else { continue }
            re.withUnsafeBufferPointer { re in
                im.withUnsafeBufferPointer { im in
                    energies.withUnsafeBufferPointer { energies in
                        for index in 0..<starts {
                            sumRe[index] += sign * re[offset + index]
                            sumIm[index] += sign * im[offset + index]
                            sumEnergy[index] += energies[offset + index]
                        }
                    }
                }
            }
        }
    }

    /// Power of the coherent sum at a start.
    func power(_ start: Int) -> Double { Double(sumRe[start] * sumRe[start] + sumIm[start] * sumIm[start]) }

    /// What the power would be if all outputs added up in phase.
    func energy(_ start: Int) -> Double { Double(sumEnergy[start]) * Double(shape.preambleBits) }

    /// Whether neither neighbour of a start is stronger.
    func isPeak(_ start: Int) -> Bool {
        let power = power(start)
        return (start == 0 || power >= self.power(start - 1)) && (start + 1 >= starts || power > self.power(start + 1))
    }

    func alignment(_ start: Int, clockError: Double) -> Alignment {
        Alignment(start: origin + Double(lead + start) * step, half: shape.nominalHalf / (1 + clockError))
    }

    /// The grid offset of a bit from the grid's first point when the start is the first one.
    private func place(of bit: Int, clockError: Double) -> Int {
        let middle = (Double(bit) + 0.5) * Double(bitStep) / (1 + clockError)
        return lead + Int((middle - Double(bitStep) / 2).rounded())
    }
}
