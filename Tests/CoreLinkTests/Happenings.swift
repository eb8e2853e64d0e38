import Synchronization

/// What happened, in order, for tests that wait for it: never by sleeping, always with a bound.
final class Happenings<Event: Sendable>: Sendable {
    private struct State {
        var events: [Event] = []
        var moments: [ContinuousClock.Instant] = []
        var next = 0
        var waiting: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
    }

    private let state = Mutex(State())

    struct NothingCame: Error, CustomStringConvertible {
        let description: String
    }

    func add(_ event: Event) {
        let waiting = state.withLock { state in
            state.events.append(event)
            state.moments.append(.now)
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// All that happened so far.
    var all: [Event] { state.withLock { $0.events } }

    /// When the first of the events that `isMeant` came.
    func moment(_ isMeant: (Event) -> Bool) -> ContinuousClock.Instant? {
        state.withLock { state in state.events.firstIndex(where: isMeant).map { state.moments[$0] } }
    }

    /// The next event that `pick` makes something of, skipping others.
    func next<Found: Sendable>(
        within limit: Duration = .seconds(30), _ pick: @escaping @Sendable (Event) -> Found?
    ) async throws -> Found {
        try await withThrowingTaskGroup(of: Found?.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    if let found = self.take(pick) { return found }
                    await self.changed()
                }
                return nil
            }
            group.addTask {
                guard (try? await Task.sleep(for: limit)) != nil else { return nil }
                return self.take(pick)
            }
            // On a busy machine both may end at once: what was found counts, whoever found it.
            for try await found in group {
                group.cancelAll()
                self.wakeAll()
                if let found { return found }
            }
            throw NothingCame(description: "not within \(limit); what came: \(self.all)")
        }
    }

    private func take<Found>(_ pick: (Event) -> Found?) -> Found? {
        state.withLock { state in
            while state.next < state.events.count {
                state.next += 1
                if let found = pick(state.events[state.next - 1]) { return found }
            }
            return nil
        }
    }

    private func changed() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.next < state.events.count || Task.isCancelled { return true }
                state.lastWaiter += 1
                state.waiting[state.lastWaiter] = continuation
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func wakeAll() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting { continuation.resume() }
    }
}
