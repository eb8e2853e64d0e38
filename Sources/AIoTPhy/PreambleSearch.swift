import AIoTBase
import Glibc

/// Looks for a burst's preamble over all starts and clock errors that a device may have.
///
/// A hypothesis is judged by the share of the energy of its matched-filter outputs that adds up in phase. In noise of any
/// level the distribution of that share is known, so the threshold for a given number of hypotheses is exact and needs no
/// estimate of the noise (*ours*). With few periods per bit the outputs of whole bits are correlated; with many, a clock
/// error turns the subcarrier within a bit, and parts of bits are turned back first.
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
        /// Hypotheses tried, those that are alike counted once.
        var hypotheses: Double
    }

    /// Slip of the preamble's ends, in half-periods, from one clock error to the next (*ours*).
    private static let slip = 0.4
    /// From this many half-periods per bit on, parts of bits are correlated; below, a clock error costs whole bits little (*ours*).
    private static let subcarrierHalves = 32

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

    /// Looks through the signal behind `filter`; `grid` as `outputGrid` gives it.
    func result(_ filter: MatchedFilter, grid: OutputGrid?) -> Result {
        if let grid { resultOverBits(grid) } else { resultOverParts(filter) }
    }

    /// The outputs of whole bits, where these hold few enough periods.
    func outputGrid(_ filter: MatchedFilter) -> OutputGrid? {
        guard shape.halvesPerBit < Self.subcarrierHalves else { return nil }
        return OutputGrid(shape, starts: starts, largestClockError: largestClockError, filter)
    }

    private func resultOverBits(_ outputs: OutputGrid) -> Result {
        let errors = clockErrors()
        var grids = outputs.layers.map { PreambleGrid($0, starts: starts) }
        let tried = errors.reduce(0) { $0 + grids[outputs.layer(for: $1)].starts }
        let hypotheses = Double(tried) / Double(OutputGrid.Layer.pointsPerHalf)
        var list = CandidateList(shape)
        let floor = Self.shareThreshold(
            outputs: shape.preambleBits, hypotheses: hypotheses, probability: list.chanceCandidates)
        for error in errors {
            let layer = outputs.layer(for: error)
            grids[layer].correlate(clockError: error)
            let grid = grids[layer]
            var index = grid.peak(from: 0, above: floor)
            while index < grid.starts {
                let power = grid.power(index)
                let alignment = grid.alignment(index, clockError: error)
                list.insert(Candidate(alignment: alignment, power: power, share: power / grid.energy(index)))
                index = grid.peak(from: index + 1, above: floor)
            }
        }
        return Result(candidates: list.candidates, hypotheses: hypotheses)
    }

    private func resultOverParts(_ filter: MatchedFilter) -> Result {
        let errors = clockErrors()
        var grid = SubcarrierGrid(shape, starts: starts, largestClockError: largestClockError)
        grid.fill(filter)
        let hypotheses = Double(grid.starts * errors.count)
        var list = CandidateList(shape)
        let floor = SubcarrierGrid.shareThreshold(
            outputs: shape.preambleBits, hypotheses: hypotheses, probability: list.chanceCandidates)
        for error in errors {
            grid.turnBack(clockError: error)
            for index in 0..<grid.starts {
                let match = grid.match(index)
                guard match.power > floor * match.energy else { continue }
                let alignment = grid.alignment(index, match, clockError: error)
                list.insert(Candidate(alignment: alignment, power: match.power, share: match.power / match.energy))
            }
        }
        return Result(candidates: list.candidates, hypotheses: hypotheses * SubcarrierGrid.startsPerPart(shape))
    }

    private func clockErrors() -> [Double] {
        let step = Self.slip / Double(shape.preambleBits * shape.halvesPerBit / 2)
        let count = max(Int((largestClockError / step).rounded(.up)), 1)
        return (-count...count).map { largestClockError * Double($0) / Double(count) }
    }
}

/// The strongest few candidates; of those for one place only the strongest. With a code clocks count as places too: noise
/// may make another clock the strongest in the burst's own place, too far from its own for the tracker to come back.
private struct CandidateList {
    /// How many are kept (*ours*): the first is nearly always the burst, but a code hears bursts whose preamble alone is
    /// hardly above the noise.
    let limit: Int
    /// How many candidates noise may bring in one window on average (*ours*).
    let chanceCandidates: Double
    private(set) var candidates: [PreambleSearch.Candidate] = []
    private let middle: Int
    /// Candidates nearer than this in the middle of the preamble and at its ends are for one place, in half-periods (*ours*).
    private let distance: Double
    private let slip: Double

    init(_ shape: BurstShape) {
        limit = shape.format.fec ? shape.format.repetition ? 64 : 12 : 3
        chanceCandidates = shape.format.fec ? shape.format.repetition ? 60 : 4 : 0.5
        middle = shape.preambleBits * shape.halvesPerBit / 2
        distance = Double(max(shape.halvesPerBit / 4, 1))
        slip = shape.format.fec ? 0.8 : .infinity
    }

    mutating func insert(_ candidate: PreambleSearch.Candidate) {
        if candidates.count == limit, let last = candidates.last, last.power >= candidate.power { return }
        let place = candidate.alignment.position(ofHalf: middle)
        let half = candidate.alignment.half
        let (reach, stretch) = (distance * half, slip * half / Double(middle))
        let same = candidates.firstIndex {
            abs($0.alignment.position(ofHalf: middle) - place) < reach && abs($0.alignment.half - half) < stretch
        }
        if let same {
            guard candidates[same].power < candidate.power else { return }
            candidates.remove(at: same)
        }
        let rank = candidates.firstIndex { $0.power < candidate.power } ?? candidates.count
        candidates.insert(candidate, at: rank)
        if candidates.count > limit { candidates.removeLast() }
    }
}
