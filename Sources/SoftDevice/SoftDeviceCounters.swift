/// What devices behind a box have counted since their start.
package struct SoftDeviceCounters: Hashable, Sendable {
    /// R2D frames with a right CRC.
    package var framesHeard = 0
    package var framesCorrupted = 0
    package var burstsSent = 0
    /// Answers that could not be sent any more when they were due.
    package var burstsLate = 0
    /// Answers that could not be placed: no relation of the counters yet, no carrier told, or too many at once.
    package var burstsUnplaced = 0
    /// Times that the carrier ended, and every session with it.
    package var carrierLosses = 0
    /// Times that samples were lost, received or sent, by the box or because they were not processed in time.
    package var gaps = 0
    /// The longest from the end of an R2D frame to the first sample that could still be changed, in seconds: below it no
    /// minimum turnaround of the reader will do.
    package var longestReactionSeconds = 0.0

    package init() {}

    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.framesHeard += right.framesHeard
        sum.framesCorrupted += right.framesCorrupted
        sum.burstsSent += right.burstsSent
        sum.burstsLate += right.burstsLate
        sum.burstsUnplaced += right.burstsUnplaced
        sum.carrierLosses += right.carrierLosses
        sum.gaps += right.gaps
        sum.longestReactionSeconds = max(left.longestReactionSeconds, right.longestReactionSeconds)
        return sum
    }

    /// The minimum turnaround that the reader needs, ms, with what clocks may differ by and a millisecond to spare.
    package var neededTurnaroundMilliseconds: Int {
        Int((longestReactionSeconds * 1.02e3).rounded(.up)) + 1
    }
}
