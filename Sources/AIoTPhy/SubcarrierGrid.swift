import CSampleKernels
import Glibc

/// The preamble's correlation where a bit holds many periods of the subcarrier.
///
/// Bits are cut into parts of whole nominal periods. In each the subcarrier is taken down with two square waves, a quarter
/// period apart; a device's reflection, real but for its path, gives two phasors that turn against each other. A clock
/// error turns them from part to part; it is turned back, and bits become differences of running sums. Starts need only
/// be tried part by part: the phases tell the rest, up to half a period.
struct SubcarrierGrid {
    struct Match {
        var plus = Complex.zero
        var minus = Complex.zero
        /// What the power would be if all bits added up in phase.
        var energy = 0.0

        var power: Double { plus.power + minus.power }
    }

    private static let partsPerBit = 8

    /// Parts at which a burst may start.
    let starts: Int
    private let shape: BurstShape
    private let origin: Double
    private let partSamples: Double
    private let periodsPerPart: Int
    private let lead: Int
    /// For each part the two phasors.
    private var plus: [Complex] = []
    private var minus: [Complex] = []
    /// Of the parts turned back, one behind the other: real and imaginary parts of the running sums of both phasors.
    private var sums: [Float]
    private let partCount: Int
    /// For each start the coherent sums in the same order, and the sum of the powers of the bits.
    private var totals: [Float]
    private var powers: [Float]
    /// Part at which each preamble bit begins, counted from the first start; one more than bits.
    private var bounds: [Int] = []

    init(_ shape: BurstShape, starts range: ClosedRange<Double>, largestClockError: Double) {
        self.shape = shape
        periodsPerPart = max(shape.halvesPerBit / 2 / Self.partsPerBit, 1)
        partSamples = 2 * shape.nominalHalf * Double(periodsPerPart)
        lead = 1
        starts = Int((range.upperBound - range.lowerBound) / partSamples) + 3
        origin = range.lowerBound - Double(lead) * partSamples
        let parts = Double(shape.preambleBits * Self.partsPerBit) / (1 - min(largestClockError, 0.5))
        partCount = lead + starts + Int(parts) + 2
        sums = [Float](repeating: 0, count: 4 * (partCount + 1))
        totals = [Float](repeating: 0, count: 4 * starts)
        powers = [Float](repeating: 0, count: starts)
    }

    /// Starts in half-periods that a part stands for.
    static func startsPerPart(_ shape: BurstShape) -> Double { Double(shape.halvesPerBit) / Double(partsPerBit) }

    /// The share that noise exceeds in one of `hypotheses` with this probability: two of twice `outputs` dimensions.
    static func shareThreshold(outputs: Int, hypotheses: Double, probability: Double) -> Double {
        let wanted = log(probability / max(hypotheses, 1))
        let others = Double(2 * outputs - 1)
        var low = 1e-6
        var high = 1 - 1e-6
        for _ in 0..<40 {
            let x = (low + high) / 2
            let tail = others * log(1 - x) + log(1 + others * x / (1 - x))
            if tail > wanted { low = x } else { high = x }
        }
        return high
    }

    /// Takes the subcarrier down in all parts.
    mutating func fill(_ filter: MatchedFilter) {
        let quarter = shape.nominalHalf / 2
        let quarters = 4 * periodsPerPart
        let count = partCount
        let totals = (0..<count * quarters + 2).map { filter.total(before: origin + Double($0) * quarter) }
        plus = []
        minus = []
        for part in 0..<count {
            var inPhase = Complex.zero
            var quadrature = Complex.zero
            for period in 0..<periodsPerPart {
                let first = part * quarters + 4 * period
                guard first + 5 < totals.count else { break }
                inPhase += totals[first + 2] * 2 - totals[first] - totals[first + 4]
                quadrature += totals[first + 3] * 2 - totals[first + 1] - totals[first + 5]
            }
            let turned = Complex(-quadrature.im, quadrature.re)
            plus.append(inPhase - turned)
            minus.append(inPhase + turned)
        }
    }

    /// Matches the preamble with all starts at one clock error.
    mutating func turnBack(clockError: Double) {
        bounds = (0...shape.preambleBits).map {
            lead + Int((Double($0 * Self.partsPerBit) / (1 + clockError)).rounded())
        }
        let turn = 2 * Double.pi * clockError * Double(periodsPerPart)
        let (count, starts) = (plus.count, starts)
        guard count == partCount, (bounds.last ?? 0) + starts <= count + 1 else { return }
        sums.withUnsafeMutableBufferPointer { sums in
            totals.withUnsafeMutableBufferPointer { totals in
                guard let sum = sums.baseAddress, let total = totals.baseAddress else { return }
                let quarters = (0..<4).map { sum + $0 * (count + 1) }
                plus.withUnsafeBytes { plus in
                    minus.withUnsafeBytes { minus in
                        // A complex number is its two parts, one behind the other.
                        aiot_turned_sums(
                            plus.bindMemory(to: Double.self).baseAddress, minus.bindMemory(to: Double.self).baseAddress,
                            count, turn, quarters[0], quarters[1], quarters[2], quarters[3])
                    }
                }
                var from = quarters.map { UnsafePointer?($0) }
                var to = (0..<4).map { Optional(total + $0 * starts) }
                aiot_correlate_differences(
                    &from, bounds, shape.knownSigns, shape.preambleBits, starts, &to, &powers)
            }
        }
    }

    /// The preamble against its bits when the burst starts with part `start`.
    func match(_ start: Int) -> Match {
        Match(
            plus: Complex(Double(totals[start]), Double(totals[starts + start])),
            minus: Complex(Double(totals[2 * starts + start]), Double(totals[3 * starts + start])),
            energy: Double(powers[start]) * Double(shape.preambleBits))
    }

    /// The start that the phases of a match name, nearest to its part.
    func alignment(_ start: Int, _ match: Match, clockError: Double) -> Alignment {
        let half = shape.nominalHalf / (1 + clockError)
        let inPart = Double.pi * clockError * Double(periodsPerPart)
        let phase = (match.plus * match.minus.conjugate).angle / 2 - inPart
        // The subcarrier has this phase at the origin; an edge lies every half-period from where it is zero.
        let edge = origin - phase / Double.pi * half
        let coarse = origin + Double(lead + start) * partSamples
        return Alignment(start: edge + ((coarse - edge) / half).rounded() * half, half: half)
    }
}
