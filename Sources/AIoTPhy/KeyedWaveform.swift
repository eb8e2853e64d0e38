/// A waveform of two levels: the times at which it changes from one to the other.
///
/// R2D keying and a device's reflection are both of this form. Times are seconds from the start of the waveform and are
/// computed from the start each, never added up, so a chip that is no whole number of samples leaves no error behind.
///
/// Rendering weights by area (*ours*): a sample is the mean over its own period, from its index to the next. An edge
/// within a sample gives a value between the levels, so edges keep their place to a small part of a sample, at any rate.
package struct KeyedWaveform: Sendable {
    /// Level before the first edge and after the last.
    package let restLevel: Float
    /// Level after the first edge, the third, and so on.
    package let keyedLevel: Float
    /// Seconds from the start to each edge, ascending, even in number.
    package let edges: [Double]
    /// Length from the start to the end of the last run, which need not be an edge.
    package let seconds: Double

    /// The level at `time` seconds from the start; each edge belongs to the run that it begins.
    package func level(at time: Double) -> Float {
        edgeCount(upTo: time).isMultiple(of: 2) ? restLevel : keyedLevel
    }

    /// Writes the levels of samples `firstSample...` into `levels`; the waveform starts at `startSample`.
    package func render(
        into levels: UnsafeMutableBufferPointer<Float>, firstSample: Int, startSample: Double, sampleRateHz: Double
    ) {
        forEachRun(
            firstSample: firstSample, count: levels.count, startSample: startSample, sampleRateHz: sampleRateHz
        ) { offset, length, level in
            for index in offset..<offset + length { levels[index] = level }
        }
    }

    /// Adds level times gain to interleaved complex samples: one device's part of what a receiver hears.
    package func add(
        gain: (re: Float, im: Float), to interleaved: UnsafeMutableBufferPointer<Float>, firstSample: Int,
        startSample: Double, sampleRateHz: Double
    ) {
        forEachRun(
            firstSample: firstSample, count: interleaved.count / 2, startSample: startSample,
            sampleRateHz: sampleRateHz
        ) { offset, length, level in
            guard level != 0 else { return }
            let re = gain.re * level
            let im = gain.im * level
            for index in offset..<offset + length {
                interleaved[2 * index] += re
                interleaved[2 * index + 1] += im
            }
        }
    }

    /// The samples `firstSample ..< firstSample + count` as runs of one level, in order: offset from `firstSample`,
    /// length, level. A sample with an edge in it is a run of its own.
    package func forEachRun(
        firstSample: Int, count: Int, startSample: Double, sampleRateHz: Double, _ body: (Int, Int, Float) -> Void
    ) {
        let origin = Double(firstSample) - startSample
        var edge = edgeCount(upTo: origin / sampleRateHz)
        var offset = 0
        while offset < count {
            let level = edge.isMultiple(of: 2) ? restLevel : keyedLevel
            guard edge < edges.count else { return body(offset, count - offset, level) }
            let position = edges[edge] * sampleRateHz - origin
            guard position < Double(count) else { return body(offset, count - offset, level) }
            let whole = max(Int(position), offset)
            if whole > offset { body(offset, whole - offset, level) }
            body(whole, 1, mean(over: whole, origin: origin, sampleRateHz: sampleRateHz, edge: &edge))
            offset = whole + 1
        }
    }

    /// The mean level over one sample period; `edge` moves past the edges in it.
    private func mean(over sample: Int, origin: Double, sampleRateHz: Double, edge: inout Int) -> Float {
        var from = Double(sample)
        let end = from + 1
        var keyed = 0.0
        while from < end {
            let isKeyed = !edge.isMultiple(of: 2)
            let next = edge < edges.count ? edges[edge] * sampleRateHz - origin : end
            let to = min(max(next, from), end)
            if isKeyed { keyed += to - from }
            from = to
            if next < end { edge += 1 } else { break }
        }
        return restLevel + (keyedLevel - restLevel) * Float(keyed)
    }

    /// Number of edges at or before `time`.
    private func edgeCount(upTo time: Double) -> Int {
        var low = 0
        var high = edges.count
        while low < high {
            let middle = (low + high) / 2
            if edges[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
