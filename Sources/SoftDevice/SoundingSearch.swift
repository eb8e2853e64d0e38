/// Looks for soundings in what a box receives until it has found one.
struct SoundingSearch {
    private let sounding: Sounding
    private var windowSamples: Int
    private let longestWindow: Int
    private let expected: Int64?
    private var samples: [Float] = []
    private var first: Int64 = 0

    /// What is searched at once, beside the latency of the transmitter, at first and at most (*ours*).
    private static let windowSeconds = 0.02
    private static let longestSeconds = 0.25

    /// - Parameters:
    ///   - latencySamples: from the host to the antenna, at most.
    ///   - expected: what is known of the relation, and to be confirmed.
    init(_ sounding: Sounding, sampleRateHz: Double, latencySamples: Int, expected: Int64?) {
        self.sounding = sounding
        self.expected = expected
        windowSamples = Int(Self.windowSeconds * sampleRateHz) + latencySamples + 2 * sounding.length
        longestWindow = max(Int(Self.longestSeconds * sampleRateHz), windowSamples)
    }

    /// Takes interleaved samples, the first of which is number `first`.
    /// - Returns: the receive number of what was transmitted as number 0, once it is known.
    mutating func take(_ interleaved: UnsafeBufferPointer<Float>, first number: Int64) -> Int64? {
        if samples.isEmpty {
            samples.reserveCapacity(2 * (windowSamples + DeviceListener.pieceSamples))
            first = number
            sounding.request()
        }
        samples.append(contentsOf: interleaved)
        guard samples.count >= 2 * windowSamples else { return nil }
        if let sentAt = sounding.sentAt {
            let place = sounding.place(in: samples, expected: expected.map { Int($0 + sentAt - first) })
            if let place { return first + Int64(place) - sentAt }
        }
        samples.removeAll(keepingCapacity: true)
        windowSamples = min(2 * windowSamples, longestWindow)
        return nil
    }
}
