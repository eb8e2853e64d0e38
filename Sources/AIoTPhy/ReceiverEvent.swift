/// What a `StreamReceiver` has found, in the order in which the stream settles it.
package enum ReceiverEvent: Hashable, Sendable {
    /// An R2D frame; a wrong CRC is said in it.
    case frame(R2DFrame)
    /// The end of the wait for one expected burst.
    case occasion(OccasionResult)
}

/// What became of one `ExpectedBurst`.
package struct OccasionResult: Hashable, Sendable {
    package var burst: ExpectedBurst
    /// Place of the burst in the list that it was expected with.
    package var index: Int
    /// End of the R2D frame that scheduled it, in samples.
    package var afterSample: Double
    package var report: OccasionReport

    package init(burst: ExpectedBurst, index: Int, afterSample: Double, report: OccasionReport) {
        self.burst = burst
        self.index = index
        self.afterSample = afterSample
        self.report = report
    }
}
