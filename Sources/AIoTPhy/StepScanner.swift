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
    /// Blocks summed so far, and the sum of the samples behind them.
    private var blocks = 0
    private var partial: (re: Float, im: Float) = (0, 0)
    private var partialCount = 0
    /// Next block boundary to judge.
    private var nextBoundary = 0

    /// A scanner that is fed at most `chunk` samples before it is asked.
    init(_ indicator: StartIndicator, chunk: Int) {
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
        while capacity < 2 * (lookahead + lookback) + (chunk + Int(8 * indicator.symbol)) / blockSamples {
            capacity *= 2
        }
        sums = [Float](repeating: 0, count: 2 * capacity)
        mask = capacity - 1
    }

    /// Sums the next samples of the stream.
    mutating func take(_ interleaved: UnsafeBufferPointer<Float>) {
        let mask = mask
        let blockSamples = blockSamples
        var (re, im) = partial
        var count = partialCount
        var block = blocks
        sums.withUnsafeMutableBufferPointer { sums in
            var index = 0
            while index + 1 < interleaved.count {
                let end = min(index + 2 * (blockSamples - count), interleaved.count & ~1)
                count += (end - index) / 2
                while index < end {
                    re += interleaved[index]
                    im += interleaved[index + 1]
                    index += 2
                }
                guard count == blockSamples else { break }
                sums[2 * (block & mask)] = re
                sums[2 * (block & mask) + 1] = im
                block += 1
                (re, im, count) = (0, 0, 0)
            }
        }
        partial = (re, im)
        partialCount = count
        blocks = block
    }

    /// A sample near the first visible edge of what looks like a start indicator; `nil` when more samples are needed.
    mutating func nextEdge(_ indicator: StartIndicator) -> Double? {
        while nextBoundary + lookahead <= blocks {
            let boundary = nextBoundary
            nextBoundary += 1
            if boundary >= lookback, steps(at: boundary), matches(at: boundary, indicator) {
                return Double(boundary * blockSamples)
            }
        }
        return nil
    }

    /// Goes on at `sample`; what lies before is not judged again.
    mutating func resume(at sample: Double) {
        nextBoundary = max(nextBoundary, Int(sample) / blockSamples)
    }

    /// Whether the stream steps by a third of its level around a boundary: what an idle carrier never does.
    private func steps(at boundary: Int) -> Bool {
        let before = 2 * ((boundary - 2) & mask)
        let after = 2 * ((boundary + 1) & mask)
        return sums.withUnsafeBufferPointer { sums in
            let re = sums[after] - sums[before]
            let im = sums[after + 1] - sums[before + 1]
            return re * re + im * im > 0.1 * (sums[before] * sums[before] + sums[before + 1] * sums[before + 1])
        }
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
