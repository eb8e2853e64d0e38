import AIoTBase

extension ReaderConfiguration {
    /// Why the limits of the air cannot be kept, or leave nothing to work with.
    var limitProblems: [String] {
        var found: [String] = []
        for cycle in limits.dutyCycles {
            if !(cycle.share > 0 && cycle.share <= 1) {
                found.append("duty cycle \(cycle.share): take more than 0, and 1 at most")
            }
            if !Self.windowRange.contains(cycle.window.nanoseconds / 1_000_000) {
                found.append("window of the duty cycle \(cycle.window.seconds) s: take 1 to 3,600 s")
            }
        }
        if let longest = limits.longestCarrier, longest <= .zero || limits.shortestPause <= .zero {
            found.append("longest carrier \(longest.seconds * 1e3) ms: take more than 0, and a shortest pause with it")
        }
        if !(0...3_600_000).contains(limits.shortestPause.nanoseconds / 1_000_000) {
            found.append("shortest pause \(limits.shortestPause.seconds * 1e3) ms: take 0 to 3,600,000")
        }
        if let talk = limits.listenBeforeTalk {
            if !(-200...0).contains(talk.thresholdDBFS) {
                found.append("threshold of listen-before-talk \(talk.thresholdDBFS) dBFS: take -200 to 0")
            }
            if !(1...10_000).contains(talk.duration.nanoseconds / 1_000_000) {
                found.append("listening for \(talk.duration.seconds * 1e3) ms before talking: take 1 to 10,000")
            }
        }
        return found.isEmpty ? stretchProblems : found
    }

    /// Of a duty cycle, ms.
    private static let windowRange: ClosedRange<Int64> = 1_000...3_600_000

    /// The carrier has to be on for as long as one exchange of common size takes.
    private var stretchProblems: [String] {
        guard let longest = CarrierBudget.longestStretch(under: limits) else { return [] }
        let least = AirPlan(configuration: self).leastCarrier(of: longest)
        guard least > longest else { return [] }
        let times = [longest, least].map { $0.nanoseconds / 1_000_000 }
        return [
            "the limits let the carrier be on for \(times[0]) ms at a time, and one device takes \(times[1]): raise the "
                + "D2R rate, or the longest carrier, or the share or window of the duty cycle, where the rules allow it"
        ]
    }
}
