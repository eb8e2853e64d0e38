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
    /// For each part the two phasors, and their running sums, turned back.
    private var plus: [Complex] = []
    private var minus: [Complex] = []
    private var plusSums: [Complex]
    private var minusSums: [Complex]
    /// Part at which each preamble bit begins, counted from the start; one more than bits.
    private var bounds: [Int] = []

    init(_ shape: BurstShape, starts range: ClosedRange<Double>, largestClockError: Double) {
        self.shape = shape
        periodsPerPart = max(shape.halvesPerBit / 2 / Self.partsPerBit, 1)
        partSamples = 2 * shape.nominalHalf * Double(periodsPerPart)
        lead = 1
        starts = Int((range.upperBound - range.lowerBound) / partSamples) + 3
        origin = range.lowerBound - Double(lead) * partSamples
        let parts = Double(shape.preambleBits * Self.partsPerBit) / (1 - min(largestClockError, 0.5))
        let count = lead + starts + Int(parts) + 2
        plusSums = [Complex](repeating: .zero, count: count + 1)
        minusSums = plusSums
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
        let count = plusSums.count - 1
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

    /// Prepares the running sums for one clock error.
    mutating func turnBack(clockError: Double) {
        let step = Complex(angle: -2 * Double.pi * clockError * Double(periodsPerPart))
        var phasor = Complex(1, 0)
        for part in plus.indices {
            if part.isMultiple(of: 64) {
                phasor = Complex(angle: -2 * Double.pi * clockError * Double(periodsPerPart * part))
            }
            plusSums[part + 1] = plusSums[part] + plus[part] * phasor
            minusSums[part + 1] = minusSums[part] + minus[part] * phasor.conjugate
            phasor = phasor * step
        }
        bounds = (0...shape.preambleBits).map {
            Int((Double($0 * Self.partsPerBit) / (1 + clockError)).rounded())
        }
    }

    /// The preamble against its bits when the burst starts with part `start`.
    func match(_ start: Int) -> Match {
        var match = Match()
        var power = 0.0
        let base = lead + start
        for bit in 0..<shape.preambleBits {
            let from = base + bounds[bit]
            let to = base + bounds[bit + 1]
            let plus = plusSums[to] - plusSums[from]
            let minus = minusSums[to] - minusSums[from]
            let sign = Double(shape.knownSigns[bit])
            match.plus += plus * sign
            match.minus += minus * sign
            power += plus.power + minus.power
        }
        match.energy = power * Double(shape.preambleBits)
        return match
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
