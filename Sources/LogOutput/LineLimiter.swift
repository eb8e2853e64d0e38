/// Holds lines of one kind to so many in an interval, and counts what it leaves out.
///
/// A kind is the place in the sources that a line comes from: there is a fixed number of them, whatever a device or a
/// peer does, so that the memory is bounded too.
package struct LineLimiter: Sendable {
    package struct Kind: Hashable, Sendable {
        package var file: String
        package var line: UInt

        package init(file: String, line: UInt) {
            self.file = file
            self.line = line
        }
    }

    package enum Verdict: Hashable, Sendable {
        case write
        /// - `isFirst`: of this interval; then `leftOut` is to be asked when it is over.
        case leaveOut(isFirst: Bool)
    }

    private struct Interval {
        var start: Int64
        var lines = 0
        var leftOut = 0
    }

    /// Nanoseconds.
    package static let interval: Int64 = 10_000_000_000
    private static let mostKinds = 1_024
    private var intervals: [Kind: Interval] = [:]

    package init() {}

    /// A line comes at `time`, in nanoseconds of any clock that does not go back.
    /// - Parameter limit: lines in an interval.
    package mutating func take(_ kind: Kind, limit: Int, at time: Int64) -> Verdict {
        let kind = place(of: kind)
        var interval = intervals[kind] ?? Interval(start: time)
        defer { intervals[kind] = interval }
        // What was left out is still to be told: whoever asks for it begins a new interval.
        if interval.leftOut == 0, time - interval.start >= Self.interval { interval = Interval(start: time) }
        interval.lines += 1
        guard interval.lines > limit else { return .write }
        interval.leftOut += 1
        return .leaveOut(isFirst: interval.leftOut == 1)
    }

    /// How many lines were left out, once their interval is over; the next one begins.
    package mutating func leftOut(_ kind: Kind) -> Int { intervals.removeValue(forKey: place(of: kind))?.leftOut ?? 0 }

    /// Those for which there is no room are one kind together.
    private func place(of kind: Kind) -> Kind {
        intervals[kind] != nil || intervals.count < Self.mostKinds ? kind : Kind(file: "", line: 0)
    }
}
