/// Rings once at the instant it was set for last.
struct Alarm {
    private let ring: @Sendable () -> Void
    private var task: Task<Void, Never>?
    private var instant: ContinuousClock.Instant?

    init(ring: @escaping @Sendable () -> Void) {
        self.ring = ring
    }

    mutating func set(for instant: ContinuousClock.Instant?) {
        guard instant != self.instant else { return }
        self.instant = instant
        task?.cancel()
        task = instant.map { instant in
            let ring = ring
            return Task {
                if (try? await Task.sleep(until: instant, tolerance: .zero, clock: .continuous)) != nil { ring() }
            }
        }
    }
}
