/// What a radio has counted since the start of the process; a simulated one leaves most at 0.
package struct RadioCounters: Hashable, Sendable {
    package var framesSent: Int64 = 0
    /// Frames and soundings that the receiver heard, and that it did not.
    package var framesHeard: Int64 = 0
    package var framesNotHeard: Int64 = 0
    /// Frames that measure how the counters go together.
    package var soundings: Int64 = 0
    /// The counters moved against each other without a word.
    package var jumps: Int64 = 0
    package var receiveGaps: Int64 = 0
    /// Samples missing in the gaps whose length is known.
    package var lostSamples: Int64 = 0
    package var transmitUnderruns: Int64 = 0
    /// No samples came, or went.
    package var stalls: Int64 = 0
    package var starts: Int64 = 0
    package var resets: Int64 = 0
    package var openings: Int64 = 0
    /// Longest wait of samples for the receive thread, in octets, and how many may wait.
    package var longestQueueOctets = 0
    package var queueOctets = 0

    package init() {}
}

extension RadioCounters: CustomStringConvertible {
    /// For the log, when the stream is over.
    package var description: String {
        """
        frames sent \(framesSent), heard \(framesHeard), not heard \(framesNotHeard); soundings \(soundings); gaps \
        \(receiveGaps), lost samples \(lostSamples); underruns \(transmitUnderruns); jumps \(jumps); stalls \(stalls); \
        resets \(resets); queue \(longestQueueOctets) of \(queueOctets) octets
        """
    }
}
