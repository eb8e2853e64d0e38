/// What is to be captured.
package struct CaptureRequest: Hashable, Sendable {
    package var name: CaptureName
    package var takesSamples: Bool
    package var takesFrames: Bool
    /// Samples are kept for so long and saved only around bursts that did not decode; nil: all are saved.
    package var ringMilliseconds: Int?
    /// Octets of each file at most, in ring mode of all pieces; nil: `Captures.defaultLimitOctets`.
    package var limitOctets: Int?

    package static let ringRange = 1...60_000
    package static let limitRange = 1_048_576...1_099_511_627_776

    package init(
        name: CaptureName, takesSamples: Bool, takesFrames: Bool, ringMilliseconds: Int? = nil, limitOctets: Int? = nil
    ) throws(CaptureFailure) {
        guard takesSamples || takesFrames else { throw CaptureFailure("say what to capture: samples, frames or both") }
        if let ringMilliseconds {
            guard takesSamples else { throw CaptureFailure("a ring is for samples: capture them too, or leave it out") }
            guard Self.ringRange.contains(ringMilliseconds) else {
                throw CaptureFailure("the ring holds 1 to 60,000 ms")
            }
        }
        if let limitOctets, !Self.limitRange.contains(limitOctets) {
            throw CaptureFailure("a limit is 1,048,576 to 1,099,511,627,776 octets")
        }
        self.name = name
        self.takesSamples = takesSamples
        self.takesFrames = takesFrames
        self.ringMilliseconds = ringMilliseconds
        self.limitOctets = limitOctets
    }
}
