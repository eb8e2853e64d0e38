package import AIoTBase
package import ReaderService

/// Looks whether counters grow faster than health rules allow. It is told times and values, and keeps 60 of each rule.
package struct HealthWatch: Sendable {
    private struct Track {
        let rule: HealthRule
        let selector: CounterSelector
        /// The oldest is the newest one that is at least a window old, where there is one.
        var samples: [(time: AirTime, value: Double)] = []
        var hasFired = false
    }

    private static let samplesInWindow: Int64 = 60
    private var tracks: [Track] = []
    private var isSet = false

    package init() {}

    /// Takes other rules; those that stay as they are go on.
    /// - Returns: the ends of rules that had fired and are gone. A counter that is not known is no rule.
    package mutating func set(_ rules: [HealthRule]) -> [HealthFinding] {
        let old = tracks
        // Counters begin at 0 with the process: what happens before the first look counts too.
        let start: [(time: AirTime, value: Double)] = isSet ? [] : [(.zero, 0)]
        isSet = true
        tracks = rules.compactMap { rule in
            if let track = old.first(where: { $0.rule == rule }) { return track }
            return (try? CounterSelector(rule.counter)).map { Track(rule: rule, selector: $0, samples: start) }
        }
        return old.filter { track in track.hasFired && !rules.contains(track.rule) }.map { track in
            HealthFinding(
                name: track.rule.name, deed: track.rule.deed, isOver: true, text: "the configuration has it no longer")
        }
    }

    /// - Parameter value: of a counter at `now`; nil where nothing was counted yet.
    /// - Returns: rules that fire now, or are over.
    package mutating func advance(to now: AirTime, value: (CounterSelector) -> Double?) -> [HealthFinding] {
        tracks.indices.compactMap { place in
            Self.advance(&tracks[place], to: now, value: value(tracks[place].selector) ?? 0)
        }
    }

    private static func advance(_ track: inout Track, to now: AirTime, value: Double) -> HealthFinding? {
        let rule = track.rule
        let window = AirDuration(
            nanoseconds: Int64(rule.windowSeconds).multipliedReportingOverflow(by: 1_000_000_000).0)
        while track.samples.count > 1, now - track.samples[1].time >= window { track.samples.removeFirst() }
        let growth = value - (track.samples.first?.value ?? value)
        let pause = AirDuration(nanoseconds: window.nanoseconds / samplesInWindow)
        if track.samples.last.map({ now - $0.time >= pause }) ?? true { track.samples.append((now, value)) }
        let isTooMuch = growth > rule.above
        guard isTooMuch != track.hasFired else { return nil }
        track.hasFired = isTooMuch
        let bound = isTooMuch ? "more than" : "no more than"
        return HealthFinding(
            name: rule.name, deed: rule.deed, isOver: !isTooMuch,
            text:
                "\(rule.counter) grew by \(short(growth)) within \(rule.windowSeconds) s, \(bound) \(short(rule.above))"
        )
    }

    private static func short(_ value: Double) -> String { Int64(exactly: value).map(String.init) ?? "\(value)" }
}
