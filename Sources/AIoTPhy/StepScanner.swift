/// Sums the stream into short blocks and looks for the steps of a start indicator in them.
struct StepScanner {
    /// Samples per block: a quarter of the shortest run, or less.
    let blockSamples: Int
    /// For each run the blocks, counted from the first visible edge, that lie wholly inside it.
    private let runs: [Range<Int>]
    private let lookahead: Int
    private let lookback: Int
    /// Block sums by absolute block index, interleaved.
    private var sums: [Float]
    private let mask: Int
    /// Next block to sum, and next block boundary to judge.
    private var nextBlock = 0
    private var nextBoundary = 0

    init(_ indicator: StartIndicator) {
        blockSamples = max(Int(indicator.shortest * indicator.symbol / 4), 1)
        let blocksPerSymbol = indicator.symbol / Double(blockSamples)
        let firstEnd = indicator.ends.first ?? 0
        var begin = firstEnd - indicator.shortest
        runs = indicator.ends.map { end in
            let from = Int(((begin - firstEnd) * blocksPerSymbol).rounded(.up))
            let to = Int(((end - firstEnd) * blocksPerSymbol).rounded(.down))
            begin = end
            // One block each side is left to the edge, which lies anywhere within a block.
            return to - from > 3 ? from + 1..<to - 1 : from..<max(to, from + 1)
        }
        // Measuring the edges looks past the last of them, from a first edge that is known to a block or two.
        lookahead = Int(indicator.visibleLength) / blockSamples + 10
        lookback = -(runs.first?.lowerBound ?? 0) + 4
        var capacity = 64
        while capacity < 2 * (lookahead + lookback) { capacity *= 2 }
        sums = [Float](repeating: 0, count: 2 * capacity)
        mask = capacity - 1
    }

    /// A sample near the first visible edge of what looks like a start indicator; `nil` when more samples are needed.
    mutating func nextEdge(in ring: SampleRing, _ indicator: StartIndicator) -> Double? {
        while true {
            while nextBlock < nextBoundary + lookahead {
                guard (nextBlock + 1) * blockSamples <= ring.end else { return nil }
                sumNextBlock(ring)
            }
            let boundary = nextBoundary
            nextBoundary += 1
            if boundary >= lookback, steps(at: boundary), matches(at: boundary, indicator) {
                return Double(boundary * blockSamples)
            }
        }
    }

    /// Goes on at `sample`; what lies before is not judged again.
    mutating func resume(at sample: Double) {
        nextBoundary = max(nextBoundary, Int(sample) / blockSamples)
        nextBlock = max(nextBlock, nextBoundary - lookback)
    }

    private mutating func sumNextBlock(_ ring: SampleRing) {
        var re: Float = 0
        var im: Float = 0
        ring.forEachPart(nextBlock * blockSamples..<(nextBlock + 1) * blockSamples) { part in
            for index in stride(from: 0, to: part.count, by: 2) {
                re += part[index]
                im += part[index + 1]
            }
        }
        let position = 2 * (nextBlock & mask)
        sums[position] = re
        sums[position + 1] = im
        nextBlock += 1
    }

    /// Whether the stream steps by a third of its level around a boundary: what an idle carrier never does.
    private func steps(at boundary: Int) -> Bool {
        let before = 2 * ((boundary - 2) & mask)
        let after = 2 * ((boundary + 1) & mask)
        let re = sums[after] - sums[before]
        let im = sums[after + 1] - sums[before + 1]
        return re * re + im * im > 0.1 * (sums[before] * sums[before] + sums[before + 1] * sums[before + 1])
    }

    private func matches(at boundary: Int, _ indicator: StartIndicator) -> Bool {
        let levels = runs.map { run in
            var sum = Complex.zero
            for block in run {
                let position = 2 * ((boundary + block) & mask)
                sum += Complex(Double(sums[position]), Double(sums[position + 1]))
            }
            return sum * (1 / Double(run.count))
        }
        return indicator.matches(levels, margin: 0.35)
    }
}
