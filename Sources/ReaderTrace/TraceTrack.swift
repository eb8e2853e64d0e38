import AIoTBase

/// Stages that follow each other without a hole: each begins where the one before has ended.
struct TraceTrack: Sendable {
    private(set) var stages: [TraceStage] = []
    private(set) var cursor: AirTime

    init(from start: AirTime) { cursor = start }

    /// What there was until `time` was this; nothing where that is no later than what came before.
    mutating func cut(_ name: TraceStage.Name, to time: AirTime) {
        guard time > cursor else { return }
        stages.append(TraceStage(name, cursor, time))
        cursor = time
    }

    /// What was to come after `time` has not come.
    mutating func clip(to time: AirTime) {
        guard cursor > time else { return }
        while let last = stages.last, last.start >= time { stages.removeLast() }
        if !stages.isEmpty { stages[stages.count - 1].end = time }
        cursor = stages.last?.end ?? min(cursor, time)
    }
}
