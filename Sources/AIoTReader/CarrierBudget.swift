package import AIoTBase

/// When the carrier may be on, under limits of time: it remembers when it was on, and answers from that.
///
/// Two on-times with less than `AirLimits.shortestPause` between them count as one for `AirLimits.longestCarrier`. Of a
/// duty cycle every window counts, wherever it lies. Orders reach the antenna with a delay that varies: the carrier ends
/// `margin` before the limits want it, and pauses are as much longer.
package struct CarrierBudget: Hashable, Sendable {
    /// What may be between an order and the antenna, more at one time than at another (*ours*).
    package static let margin = AirDuration.milliseconds(10)
    /// The longest window of a duty cycle; what is older is forgotten.
    package static let longestWindow = AirDuration.milliseconds(86_400_000)
    /// On-times that are remembered; of more those close to each other are taken together.
    private static let limit = 1_024

    private struct Interval: Hashable {
        var start: AirTime
        var end: AirTime
    }

    package var limits: AirLimits
    private var past: [Interval] = []
    /// Since when the carrier is on; nil while it is off.
    package private(set) var onSince: AirTime?
    private var total = AirDuration.zero

    package init(limits: AirLimits) {
        self.limits = limits
    }

    /// How long the carrier has been on altogether.
    package func total(at time: AirTime) -> AirDuration {
        total + max(.zero, onSince.map { time - $0 } ?? .zero)
    }

    package mutating func turnOn(at time: AirTime) {
        if onSince == nil { onSince = max(time, past.last?.end ?? time) }
    }

    package mutating func turnOff(at time: AirTime) {
        guard let start = onSince else { return }
        onSince = nil
        let end = max(time, start)
        total = total + (end - start)
        past.append(Interval(start: start, end: end))
        let oldest = end - Self.longestWindow
        if let kept = past.firstIndex(where: { $0.end > oldest }), kept > 0 { past.removeFirst(kept) }
        if past.count > Self.limit { takeTogether() }
    }

    /// Takes pairs with the shortest pauses together: the earlier on-time is moved up to the later, as no window to come
    /// holds less for that. Where the pause is too short to part them, it counts as if the carrier had been on.
    private mutating func takeTogether() {
        let pauses = zip(past, past.dropFirst()).map { $1.start - $0.end }.sorted()
        let short = pauses[pauses.count / 4]
        var kept: [Interval] = []
        var isPair = false
        for interval in past {
            guard let last = kept.last, !isPair, interval.start - last.end <= short else {
                kept.append(interval)
                isPair = false
                continue
            }
            let pause = interval.start - last.end
            let isOneStretch = limits.longestCarrier != nil && pause < limits.shortestPause + Self.margin
            let start = last.start + (isOneStretch ? .zero : pause)
            kept[kept.count - 1] = Interval(start: start, end: interval.end)
            isPair = true
        }
        past = kept
    }

    /// The longest time that the carrier may ever be on without a pause; nil: without limit.
    package var longestStretch: AirDuration? { Self.longestStretch(under: limits) }

    package static func longestStretch(under limits: AirLimits) -> AirDuration? {
        let cycles = limits.dutyCycles.filter { $0.share < 1 }.map(\.allowance)
        let longest = (cycles + (limits.longestCarrier.map { [$0] } ?? [])).min()
        return longest.map { max(.zero, $0 - margin) }
    }

    /// Until when the carrier may be on that comes up at `start`, or is on since then; nil: without limit. It is not
    /// after `start` where the carrier may not come up at all.
    package func latestEnd(from start: AirTime) -> AirTime? {
        var ends = limits.dutyCycles.compactMap { latestEnd(from: start, under: $0) }
        if let longest = limits.longestCarrier { ends.append(stretchStart(of: start) + longest) }
        return ends.min().map { $0 - Self.margin }
    }

    /// The first time, not before `time`, at which the carrier may come up and be on for `stretch`.
    /// - Returns: also whether a duty cycle is what makes it wait; nil where that will never be.
    package func earliestStart(
        notBefore time: AirTime, for stretch: AirDuration
    ) -> (start: AirTime, isDutyCycle: Bool)? {
        if let longest = longestStretch, stretch > longest { return nil }
        let needed = stretch + Self.margin
        var start = time
        for cycle in limits.dutyCycles { start = max(start, earliestStart(for: needed, under: cycle)) }
        // A later start never finds more of the window used, but it may not fit a stretch that is at hand any more.
        guard let longest = limits.longestCarrier, let last = past.last,
            stretchStart(of: start) + longest < start + needed
        else { return (start, start > time) }
        let rested = max(start, last.end + limits.shortestPause + Self.margin)
        return (rested, rested == start && start > time)
    }

    /// Where the on-time began that one at `start` belongs to.
    private func stretchStart(of start: AirTime) -> AirTime {
        var begin = start
        for interval in past.reversed() {
            guard begin - interval.end < limits.shortestPause + Self.margin else { break }
            begin = min(begin, interval.start)
        }
        return begin
    }

    /// As long as the carrier is on, what has been used of the window grows where the end of the window that moves along
    /// behind does not pass an earlier on-time, and stands where it does.
    private func latestEnd(from start: AirTime, under cycle: AirLimits.DutyCycle) -> AirTime? {
        var edge = start - cycle.window
        var room = cycle.allowance - used(since: edge)
        guard room >= .zero else { return start }
        for interval in past where interval.end > edge {
            let gap = max(.zero, interval.start - edge)
            if room < gap { return edge + room + cycle.window }
            room = room - gap
            edge = max(edge, interval.end)
        }
        return room < start - edge ? edge + room + cycle.window : nil
    }

    /// When no more of the window is used than leaves `needed`.
    private func earliestStart(for needed: AirDuration, under cycle: AirLimits.DutyCycle) -> AirTime {
        var room = cycle.allowance - needed
        for interval in past.reversed() {
            let length = interval.end - interval.start
            if length > room { return interval.end - max(.zero, room) + cycle.window - needed }
            room = room - length
        }
        return AirTime(nanoseconds: .min)
    }

    private func used(since edge: AirTime) -> AirDuration {
        past.reduce(.zero) { $0 + max(.zero, $1.end - max($1.start, edge)) }
    }
}
