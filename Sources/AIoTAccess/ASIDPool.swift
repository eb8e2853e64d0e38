package import AIoTBase

/// Hands out AS IDs: 1 to 255, none twice while its device's exchange or session is open, nor before the next paging
/// (`spec/2 "Access"`).
///
/// An inventory may hold more devices than there are AS IDs. When all are in use the one that was acknowledged longest
/// ago is taken from its device (*ours*): that device then no longer gets commands, and what it overhears of its
/// successor's does not verify.
package struct ASIDPool: Sendable {
    private enum State: Sendable {
        case free
        case open
        /// Given back since the last paging.
        case resting
    }

    private var states = [State](repeating: .free, count: 256)
    private var resting: [ASID] = []
    private var last: UInt8 = 0
    /// Acknowledged before the last paging, the oldest first from `oldest` on; and after it.
    private var reusable: [ASID] = []
    private var oldest = 0
    private var acknowledgedSincePaging: [ASID] = []

    package init() {}

    /// What `take` found.
    package enum Taken: Hashable, Sendable {
        case free(ASID)
        /// Held by an acknowledged device until now.
        case reused(ASID)
    }

    /// Whether `take` finds none before the next paging.
    package var isExhausted: Bool {
        !states.dropFirst().contains { if case .free = $0 { true } else { false } }
            && !reusable[oldest...].contains { if case .open = states[Int($0.value)] { true } else { false } }
    }

    /// An AS ID for a new exchange; nil when all 255 are in use and none may be reused before the next paging.
    package mutating func take() -> Taken? {
        for _ in 0..<255 {
            last = last == 255 ? 1 : last + 1
            guard case .free = states[Int(last)] else { continue }
            states[Int(last)] = .open
            return .free(ASID(last))
        }
        while oldest < reusable.count {
            let id = reusable[oldest]
            oldest += 1
            if case .open = states[Int(id.value)] { return .reused(id) }
        }
        return nil
    }

    /// The device of `id` has been acknowledged: its session stays open, but may have to make room.
    package mutating func acknowledged(_ id: ASID) {
        acknowledgedSincePaging.append(id)
    }

    /// The exchange or session of `id` is over; it is free again after the next paging.
    package mutating func giveBack(_ id: ASID) {
        guard id != .none, case .open = states[Int(id.value)] else { return }
        states[Int(id.value)] = .resting
        resting.append(id)
        reusable = reusable[oldest...].filter { $0 != id }
        oldest = 0
        acknowledgedSincePaging.removeAll { $0 == id }
    }

    /// A paging was sent: what was given back before may be used again.
    package mutating func pagingSent() {
        for id in resting { states[Int(id.value)] = .free }
        resting = []
        reusable = Array(reusable[oldest...]) + acknowledgedSincePaging
        oldest = 0
        acknowledgedSincePaging = []
    }
}
