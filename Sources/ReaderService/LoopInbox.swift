import AIoTBase

/// The one way into the loop, and its clock: `AirTime` since the start of the process.
struct LoopInbox: Sendable {
    private let continuation: AsyncStream<LoopArrival>.Continuation
    private let start = ContinuousClock.now

    init(_ continuation: AsyncStream<LoopArrival>.Continuation) {
        self.continuation = continuation
    }

    var put: @Sendable (LoopInput) -> Void { { continuation.yield(LoopArrival(input: $0, time: time)) } }
    var now: @Sendable () -> AirTime { { time } }

    func instant(_ time: AirTime) -> ContinuousClock.Instant { start + .nanoseconds(time.nanoseconds) }

    /// A pulse a second, until cancelled.
    func pulse() async {
        var next = start
        while !Task.isCancelled {
            next = max(next + .seconds(1), ContinuousClock.now)
            guard (try? await Task.sleep(until: next, tolerance: .milliseconds(50), clock: .continuous)) != nil else {
                return
            }
            put(.pulse)
        }
    }

    private var time: AirTime {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return AirTime(nanoseconds: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
