import Synchronization

/// Octets on their way out of one connection that the system has not taken yet.
final class OutboundQueue: Sendable {
    /// At this many the peer counts as slow, and no longer below the low mark.
    private static let highMark = 256 * 1_024
    private static let lowMark = 64 * 1_024

    private let state = Mutex((octets: 0, isFull: false))
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes `octets` in; false, and not taken, where they would pass the limit.
    func add(_ octets: Int) -> Bool {
        state.withLock { state in
            guard state.octets + octets <= limit else { return false }
            state.octets += octets
            return true
        }
    }

    func remove(_ octets: Int) { state.withLock { $0.octets -= octets } }

    /// Whether the peer became slow, or is no longer; nil when nothing changed since the last call.
    func change() -> Bool? {
        state.withLock { state in
            let isFull = state.isFull ? state.octets > Self.lowMark : state.octets >= Self.highMark
            guard isFull != state.isFull else { return nil }
            state.isFull = isFull
            return isFull
        }
    }
}
