import CSampleKernels

/// Sums the stream into short blocks and looks for the steps of a start indicator in them.
struct StepScanner {
    /// Samples per block: a quarter of the shortest run, or less.
    let blockSamples: Int
    /// For each run the blocks, counted from the first visible edge, that lie wholly inside it.
    private let runs: [Range<Int>]
    private let lookahead: Int
    private let lookback: Int
    /// Block sums, interleaved: `capacity` of them are held, in a room for more.
    private var sums: [Float]
    private let capacity: Int
    /// Blocks summed so far, and the block at the front of the room.
    private var blocks = 0
    private var front = 0
    /// Means of the runs that are judged.
    private var levels: [Complex]
    /// Next block boundary to judge.
    private var nextBoundary: Int

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
        capacity = 2 * (lookahead + lookback) + (chunk + Int(8 * indicator.symbol)) / blockSamples
        sums = [Float](repeating: 0, count: 6 * capacity)
        levels = [Complex](repeating: .zero, count: runs.count)
        nextBoundary = lookback
    }

    /// Sums the blocks that the samples in `ring` complete; it must be asked after each chunk.
    mutating func take(from ring: SampleRing) {
        let count = ring.end / blockSamples - blocks
        guard count > 0 else { return }
        if blocks + count - front > 3 * capacity { makeRoom() }
        let (blocks, blockSamples, place) = (blocks, blockSamples, 2 * (blocks - front))
        ring.with(blocks * blockSamples..<(blocks + count) * blockSamples) { samples in
            sums.withUnsafeMutableBufferPointer { sums in
                guard let base = sums.baseAddress else { return }
                aiot_block_sums(samples.baseAddress, samples.count / 2 / blockSamples, blockSamples, 1, base + place)
            }
        }
        self.blocks += count
    }

    private mutating func makeRoom() {
        let kept = min(blocks - front, capacity)
        let from = 2 * (blocks - kept - front)
        sums.withUnsafeMutableBufferPointer { sums in
            guard let base = sums.baseAddress else { return }
            base.update(from: base + from, count: 2 * kept)
        }
        front = blocks - kept
    }

    /// A sample near the first visible edge of what looks like a start indicator; `nil` when more samples are needed.
    mutating func nextEdge(_ indicator: StartIndicator) -> Double? {
        while nextBoundary + lookahead <= blocks {
            // Most of the stream is idle carrier, which never steps.
            let boundary = nextStep(before: blocks - lookahead + 1)
            guard boundary + lookahead <= blocks else {
                nextBoundary = boundary
                break
            }
            nextBoundary = boundary + 1
            if matches(at: boundary, indicator) { return Double(boundary * blockSamples) }
        }
        return nil
    }

    /// The next boundary around which the stream steps by a third of its level, or `limit`.
    private func nextStep(before limit: Int) -> Int {
        let first = nextBoundary - 2 - front
        guard first >= 0, limit > nextBoundary else { return limit }
        return sums.withUnsafeBufferPointer { sums in
            guard let base = sums.baseAddress else { return limit }
            return nextBoundary + aiot_find_step(base + 2 * first, limit - nextBoundary)
        }
    }

    /// Goes on at `sample`; what lies before is not judged again.
    mutating func resume(at sample: Double) {
        nextBoundary = max(nextBoundary, Int(sample) / blockSamples)
    }

    private mutating func matches(at boundary: Int, _ indicator: StartIndicator) -> Bool {
        for (index, run) in runs.enumerated() {
            var sum = Complex.zero
            for block in run {
                let position = 2 * (boundary + block - front)
                sum += Complex(Double(sums[position]), Double(sums[position + 1]))
            }
            levels[index] = sum * (1 / Double(run.count))
        }
        return indicator.matches(levels, margin: 0.35)
    }
}
