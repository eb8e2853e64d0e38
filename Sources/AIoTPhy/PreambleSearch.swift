import Glibc

/// Looks for a burst's preamble over all starts and clock errors that a device may have.
///
/// A hypothesis is judged by the share of the energy of its 31 matched-filter outputs that adds up in phase. In noise of
/// any level the share x of n outputs exceeds a bound with probability (1 - x)^(n - 1), so the threshold for a given
/// number of hypotheses is exact and needs no estimate of the noise (*ours*).
struct PreambleSearch {
    struct Candidate {
        var alignment: Alignment
        /// Power of the preamble's coherent sum.
        var power: Double
        /// Share of the energy that is coherent, 0...1.
        var share: Double
    }

    struct Result {
        /// Strongest first.
        var candidates: [Candidate]
        /// Hypotheses tried.
        var hypotheses: Double
    }

    /// Strongest candidates that are kept (*ours*).
    private static let candidateLimit = 3
    /// Slip of the preamble's ends, in half-periods, from one clock error to the next (*ours*).
    private static let slip = 0.4

    /// The share that noise exceeds in one of `hypotheses` of `outputs` outputs each with this probability.
    static func shareThreshold(outputs: Int, hypotheses: Double, probability: Double) -> Double {
        max(1 - exp(log(probability / max(hypotheses, 1)) / Double(max(outputs - 1, 1))), 0)
    }

    private let shape: BurstShape
    private let starts: ClosedRange<Double>
    private let largestClockError: Double

    /// `starts` bounds the first edge, in window samples.
    init(_ shape: BurstShape, starts: ClosedRange<Double>, largestClockError: Double) {
        self.shape = shape
        self.starts = starts
        self.largestClockError = largestClockError
    }

    func result(_ filter: MatchedFilter) -> Result {
        let errors = clockErrors()
        var grid = OutputGrid(shape, starts: starts, largestClockError: largestClockError)
        grid.fill(filter)
        let hypotheses = Double(grid.starts * errors.count)
        let floor = Self.shareThreshold(outputs: shape.preambleBits, hypotheses: hypotheses, probability: 1)
        var candidates: [Candidate] = []
        for error in errors {
            grid.correlate(clockError: error)
            for index in 0..<grid.starts {
                let power = grid.power(index)
                guard power > floor * grid.energy(index), grid.isPeak(index) else { continue }
                let alignment = grid.alignment(index, clockError: error)
                insert(Candidate(alignment: alignment, power: power, share: power / grid.energy(index)), &candidates)
            }
        }
        return Result(candidates: candidates, hypotheses: hypotheses)
    }

    /// Keeps the strongest few; of candidates for one place only the strongest.
    private func insert(_ candidate: Candidate, _ candidates: inout [Candidate]) {
        let middle = shape.preambleBits * shape.halvesPerBit / 2
        let place = candidate.alignment.position(ofHalf: middle)
        if let same = candidates.firstIndex(where: {
            abs($0.alignment.position(ofHalf: middle) - place) < candidate.alignment.half
        }) {
            guard candidates[same].power < candidate.power else { return }
            candidates.remove(at: same)
        }
        let rank = candidates.firstIndex { $0.power < candidate.power } ?? candidates.count
        candidates.insert(candidate, at: rank)
        if candidates.count > Self.candidateLimit { candidates.removeLast() }
    }

    private func clockErrors() -> [Double] {
        let step = Self.slip / Double(shape.preambleBits * shape.halvesPerBit / 2)
        let count = max(Int((largestClockError / step).rounded(.up)), 1)
        return (-count...count).map { largestClockError * Double($0) / Double(count) }
    }
}
