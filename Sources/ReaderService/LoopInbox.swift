import AIoTBase
import Synchronization

/// The one way into the loop, and its clock: `AirTime` since the start of the process.
struct LoopInbox: Sendable {
    private let continuation: AsyncStream<LoopArrival>.Continuation
    private let start = ContinuousClock.now
    private let flags = Flags()

    private final class Flags: Sendable {
        let pulseWaits = Atomic(false)
        let isStopping = Atomic(false)
    }

    init(_ continuation: AsyncStream<LoopArrival>.Continuation) {
        self.continuation = continuation
    }

    var now: @Sendable () -> AirTime { { self.time } }

    func put(_ input: LoopInput) { continuation.yield(LoopArrival(input: input, time: time)) }

    func instant(_ time: AirTime) -> ContinuousClock.Instant { start + .nanoseconds(time.nanoseconds) }

    /// Puts a pulse in at each interval, until cancelled; none while one is in the inbox still.
    func pulse(every interval: Duration) async {
        var next = start
        while !Task.isCancelled {
            next = max(next + interval, ContinuousClock.now)
            guard (try? await Task.sleep(until: next, tolerance: interval / 20, clock: .continuous)) != nil else {
                return
            }
            if !flags.pulseWaits.exchange(true, ordering: .relaxed) { put(.pulse) }
        }
    }

    /// The pulse has been dealt with.
    func pulseTaken() { flags.pulseWaits.store(false, ordering: .relaxed) }

    /// The service ends, for this and all who ask.
    func stop() {
        flags.isStopping.store(true, ordering: .relaxed)
        put(.stop)
    }

    var isStopping: Bool { flags.isStopping.load(ordering: .relaxed) }

    private var time: AirTime {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return AirTime(nanoseconds: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000)
    }
}
