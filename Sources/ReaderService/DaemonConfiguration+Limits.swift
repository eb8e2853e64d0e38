import AIoTBase
import AIoTReader
import Settings

extension DaemonConfiguration {
    /// What the operator wants kept on the air: `limits`.
    mutating func readLimits(_ mapping: SettingsMapping) {
        var limits = AirLimits()
        limits.longestCarrier = mapping.int("longest-carrier-ms", in: 1...3_600_000).map { .milliseconds(Int64($0)) }
        limits.shortestPause = .milliseconds(Int64(mapping.int("shortest-pause-ms", in: 0...3_600_000) ?? 0))
        let share = mapping.number("duty-cycle", in: 0.001...1)
        if let share {
            let window = mapping.int("duty-window-s", in: 1...86_400, default: 3_600)
            limits.dutyCycle = .init(share: share, window: .milliseconds(Int64(window) * 1_000))
        } else if mapping.int("duty-window-s", in: 1...86_400) != nil {
            mapping.problem("duty-window-s", "goes with duty-cycle: write both, or neither")
        }
        if let listening = mapping.mapping("listen-before-talk") {
            let threshold = listening.number("threshold-dbfs", in: -120...0)
            if threshold == nil, !listening.has("threshold-dbfs") {
                listening.problem(
                    "threshold-dbfs", "write the level above which the channel is taken, dB below full scale, as in -60"
                )
            }
            let milliseconds = listening.int("listen-ms", in: 1...10_000, default: 5)
            limits.listenBeforeTalk = .init(
                thresholdDBFS: threshold ?? 0, duration: .milliseconds(Int64(milliseconds)))
        }
        reader.limits = limits
    }
}
