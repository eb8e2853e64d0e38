import AIoTBase
import AIoTReader
import Settings

extension DaemonConfiguration {
    /// Whose rules hold, and what the operator wants kept beyond them: `region` and `limits`. The tighter of both holds.
    mutating func readLimits(_ root: SettingsMapping) {
        region = root.choice("region", of: Region.self)
        let own = Self.limits(root.section("limits"))
        reader.limits = region?.limits.merged(with: own) ?? own
    }

    private static func limits(_ mapping: SettingsMapping) -> AirLimits {
        var limits = AirLimits()
        limits.longestCarrier = mapping.int("longest-carrier-ms", in: 1...3_600_000).map { .milliseconds(Int64($0)) }
        limits.shortestPause = .milliseconds(Int64(mapping.int("shortest-pause-ms", in: 0...3_600_000) ?? 0))
        limits.maxEIRPdBm = mapping.number("max-power-dbm", in: -100...60)
        if let share = mapping.number("duty-cycle", in: 0.001...1) {
            let window = mapping.int("duty-window-s", in: 1...86_400, default: 3_600)
            limits.dutyCycles = [.init(share: share, window: .milliseconds(Int64(window) * 1_000))]
        } else if mapping.has("duty-window-s"), !mapping.has("duty-cycle") {
            mapping.problem("duty-window-s", "goes with duty-cycle: write both, or neither")
        }
        guard let listening = mapping.mapping("listen-before-talk") else { return limits }
        let milliseconds = listening.int("listen-ms", in: 1...10_000, default: 5)
        if let threshold = listening.number("threshold-dbfs", in: -120...0) {
            limits.listenBeforeTalk = .init(
                thresholdDBFS: threshold, duration: .milliseconds(Int64(milliseconds)))
        } else if !listening.has("threshold-dbfs") {
            listening.problem(
                "threshold-dbfs", "write the level above which the channel is taken, dB below full scale, as in -60")
        }
        return limits
    }
}
