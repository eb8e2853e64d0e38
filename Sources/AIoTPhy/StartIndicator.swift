/// Finds the start indicator of an R2D frame (`spec/2 "R2D waveform"`).
///
/// It judges complex means, not the envelope: the OFF runs show where the DC offset lies, and only the distance from it
/// is keyed. So neither a DC offset as large as the carrier nor a turning carrier hides the pattern.
struct StartIndicator {
    /// What a start indicator tells of the frame behind it.
    struct Found {
        /// First edge of the frame, in samples, and samples per symbol as the sender's clock has it.
        var start: Double
        var symbol: Double
        /// DC offset, and the distance from it while ON and OFF.
        var center: Complex
        var on: Double
        var off: Double
    }

    /// Largest deviation of the sender's symbol from ours (*ours*: a device hears with an uncalibrated clock).
    private static let clockTolerance = 0.12
    /// Largest misplacement of one edge, as part of the shortest run (*ours*).
    private static let edgeTolerance = 0.15

    /// Ends of the runs in parts of a symbol; the first run is ON.
    let ends: [Double]
    let shortest: Double
    /// Shortest chip that may follow, in parts of a symbol.
    private let shortestChip: Double
    /// Samples per symbol, nominal.
    let symbol: Double
    private let offAmplitude: Double

    init(profile: AirProfile, sampleRateHz: Double) {
        var sum = 0.0
        ends = profile.r2dStartIndicator.map { part in
            sum += part
            return sum
        }
        shortest = profile.r2dStartIndicator.min() ?? 1
        shortestChip = 1 / Double(profile.r2dChipsPerSymbol.max() ?? 1)
        symbol = sampleRateHz / profile.r2dSymbolRateHz
        offAmplitude = profile.r2dOffAmplitude
    }

    /// Samples from the first visible edge to the end of the pattern.
    var visibleLength: Double { ((ends.last ?? 1) - (ends.first ?? 0)) * symbol }

    /// Whether runs whose means are `levels` (ON first) can be a start indicator.
    func matches(_ levels: [Complex], margin: Double) -> Bool {
        judged(levels, scatterLimit: margin) != nil
    }

    /// The frame whose first visible edge is near `sample`, with edges measured to a part of a sample.
    func found(near sample: Double, in ring: SampleRing) -> Found? {
        guard let firstEnd = ends.first else { return nil }
        var edges = ends.map { sample + ($0 - firstEnd) * symbol }
        // The last edge is left out at first: a chip behind it may be as short as its place is uncertain. The place that
        // the scan gives is too coarse for good levels, so these are taken twice.
        for _ in 0..<2 {
            guard let levels = judged(runMeans(edges, in: ring), scatterLimit: 0.3) else { return nil }
            measure(&edges, count: edges.count - 1, within: shortest * symbol / 2, levels, in: ring)
            guard let coarse = fitted(Array(edges.dropLast()), levels) else { return nil }
            edges = ends.map { coarse.start + $0 * coarse.symbol }
        }
        // Half a chip: as far as the edge may be off without the next one being taken for it; twice, for it may be further.
        let half = min(shortestChip, shortest) / 2 * symbol
        guard let levels = judged(runMeans(edges, in: ring), scatterLimit: 0.3) else { return nil }
        measure(&edges, count: edges.count, within: half, levels, in: ring)
        guard let found = fitted(edges, levels) else { return nil }
        edges = ends.map { found.start + $0 * found.symbol }
        measure(&edges, count: edges.count, within: half, levels, in: ring)
        return fitted(edges, levels)
    }

    /// Moves the first `count` edges to where the area within `half` samples of them says that they are.
    private func measure(
        _ edges: inout [Double], count: Int, within half: Double, _ levels: Levels, in ring: SampleRing
    ) {
        for index in 0..<count {
            let area = ring.area(from: edges[index] - half, to: edges[index] + half, around: levels.center)
            let keyed = (area - levels.off * 2 * half) / (levels.on - levels.off)
            edges[index] += index.isMultiple(of: 2) ? keyed - half : half - keyed
        }
    }

    private struct Levels {
        var center: Complex
        var on: Double
        var off: Double
    }

    private func judged(_ means: [Complex], scatterLimit: Double) -> Levels? {
        var offMean = Complex.zero
        var onMean = Complex.zero
        for (index, mean) in means.enumerated() {
            if index.isMultiple(of: 2) { onMean += mean } else { offMean += mean }
        }
        let offCount = means.count / 2
        let onCount = means.count - offCount
        guard offCount > 0 else { return nil }
        offMean = offMean * (1 / Double(offCount))
        onMean = onMean * (1 / Double(onCount))
        // OFF still holds a rest of the carrier: the DC offset lies a little further from ON than the OFF mean.
        let center = offMean - (onMean - offMean) * (offAmplitude / (1 - offAmplitude))
        var on = 0.0
        for index in stride(from: 0, to: means.count, by: 2) { on += (means[index] - center).magnitude }
        on /= Double(onCount)
        guard on > 0, on.isFinite else { return nil }
        var off = 0.0
        for (index, mean) in means.enumerated() {
            let distance = (mean - center).magnitude
            if index.isMultiple(of: 2) {
                guard abs(distance - on) < scatterLimit * on else { return nil }
            } else {
                guard distance < (offAmplitude + scatterLimit) * on else { return nil }
                off += distance / Double(offCount)
            }
        }
        return Levels(center: center, on: on, off: min(off, on / 2))
    }

    /// Means over the middle of each run.
    private func runMeans(_ edges: [Double], in ring: SampleRing) -> [Complex] {
        edges.indices.map { index in
            let begin = index == 0 ? edges[0] - shortest * symbol : edges[index - 1]
            let inset = 0.2 * min(edges[index] - begin, shortest * symbol)
            return ring.mean(from: begin + inset, to: edges[index] - inset)
        }
    }

    /// Least squares of start and symbol length over the edges; `nil` when they do not form the pattern.
    private func fitted(_ edges: [Double], _ levels: Levels) -> Found? {
        let count = Double(edges.count)
        let meanEnd = ends.prefix(edges.count).reduce(0, +) / count
        let meanEdge = edges.reduce(0, +) / count
        var numerator = 0.0
        var denominator = 0.0
        for (end, edge) in zip(ends, edges) {
            numerator += (end - meanEnd) * (edge - meanEdge)
            denominator += (end - meanEnd) * (end - meanEnd)
        }
        guard denominator > 0 else { return nil }
        let slope = numerator / denominator
        guard abs(slope / symbol - 1) <= Self.clockTolerance else { return nil }
        let start = meanEdge - slope * meanEnd
        let limit = Self.edgeTolerance * shortest * symbol + 0.5
        for (end, edge) in zip(ends, edges) {
            guard abs(edge - start - end * slope) <= limit else { return nil }
        }
        return Found(start: start, symbol: slope, center: levels.center, on: levels.on, off: levels.off)
    }
}
