/// A stretch of the stream in which bursts are expected, decimated by whole means.
struct SampleWindow {
    /// Interleaved complex means of `decimation` samples each.
    var samples: [Float]
    /// Stream index of the first sample in the first mean.
    let firstSample: Int
    let decimation: Int
    /// Of the stream.
    let streamRateHz: Double
    /// Longest nominal period of the subcarriers that are expected, in means.
    let slowestPeriod: Double

    /// Means per second.
    var rateHz: Double { streamRateHz / Double(decimation) }
    var count: Int { samples.count / 2 }

    /// The place in the window of a stream position.
    func position(ofStreamSample sample: Double) -> Double { (sample - Double(firstSample)) / Double(decimation) }

    /// The stream position of a place in the window.
    func streamSample(at position: Double) -> Double { Double(firstSample) + position * Double(decimation) }
}
