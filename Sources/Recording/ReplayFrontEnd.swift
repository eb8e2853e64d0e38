package import AIoTBase
package import AIoTPhy
package import AIoTReader
package import RadioFrontEnd
import StreamFrontEnd
import Synchronization

/// A recording as a front end: what the reader transmits is looked for in it, and what answered it there is what came of it.
///
/// With the configuration of the recording, and an AIoTF that draws the same numbers and answers as soon, the same exchange
/// takes place, octet for octet. Frames that the reader does not order are shown and counted. At the end it is `absent`.
package final class ReplayFrontEnd: RadioFrontEnd {
    private struct Job: Sendable {
        var transmission: R2DTransmission
        var time: AirTime
    }

    /// How the samples of the recording lie on the time of the loop.
    private struct Timing {
        var sample: Double
        var time: AirTime
        var samplesPerSecond: Double

        func instant(_ sample: Double) -> AirTime {
            time + AirDuration(seconds: (sample - self.sample) / samplesPerSecond)
        }
    }

    package let name: String
    private let source: ReplaySource
    private let profile: AirProfile
    private let pace: Double?
    private let unordered: @Sendable (RadioOutcome) -> Void
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    private let isStopped = Atomic<Bool>(false)
    /// Set by `start`.
    private let events = Mutex<(@Sendable (RadioEvent) -> Void)?>(nil)

    /// - Parameters:
    ///   - pace: how many times faster than it was recorded, greater than 0; nil: as fast as it goes. Then the AIoTF
    ///     answers later than it did, counted in frames, and other frames may be ordered than were sent.
    ///   - unordered: takes each frame that nobody ordered with what answered it, its times those of the recording.
    package init(
        source: ReplaySource, profile: AirProfile, pace: Double? = 1,
        unordered: @escaping @Sendable (RadioOutcome) -> Void = { _ in }
    ) {
        name = "replay of \(source.name)"
        self.source = source
        self.profile = profile
        self.pace = pace
        self.unordered = unordered
        // One frame is under way at a time, so the queue holds a few jobs at most.
        (jobs, queue) = AsyncStream.makeStream(of: Job.self)
    }

    package func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void) {
        self.events.withLock { $0 = events }
        events(.stateChanged(.ready, why: "a recording plays in the place of a radio"))
        Task.detached(priority: .high) { [self] in
            var pump = ReplayPump(source: source, profile: profile)
            var counts = (ordered: 0, unordered: 0)
            var timing: Timing?
            for await job in jobs {
                let heard = pump.next(for: job.transmission) {
                    isStopped.load(ordering: .relaxed)
                } unordered: { hearing in
                    counts.unordered += 1
                    tell(unordered: hearing)
                }
                guard let heard else {
                    if !isStopped.load(ordering: .relaxed) { events(end(pump, counts)) }
                    break
                }
                counts.ordered += 1
                let timing = start(&timing, heard, job)
                events(.transmissionEnded(id: job.transmission.id, outcome(heard, timing, clock)))
            }
        }
    }

    package func transmit(_ transmission: R2DTransmission, at time: AirTime) {
        queue.yield(Job(transmission: transmission, time: time))
    }

    /// The carrier of a recording is as it was.
    package func setCarrier(isOn: Bool, at time: AirTime) {}

    /// Nobody else is in a recording.
    package func listen(for duration: AirDuration) {
        events.withLock { $0 }?(.channelHeard(levelDBFS: nil))
    }

    package func stop() {
        isStopped.store(true, ordering: .relaxed)
        queue.finish()
    }

    /// The first frame that was ordered was recorded when it is ordered.
    private func start(_ timing: inout Timing?, _ heard: Hearing, _ job: Job) -> Timing {
        let known =
            timing
            ?? Timing(
                sample: heard.frameStart, time: job.time, samplesPerSecond: source.sampleRateHz * (pace ?? 1))
        timing = known
        return known
    }

    /// As fast as it goes, a frame is over once it has been found; else not before its time.
    private func outcome(_ heard: Hearing, _ timing: Timing, _ clock: () -> AirTime) -> RadioOutcome {
        var outcome = heard.outcome(sampleRateHz: source.sampleRateHz, instant: timing.instant)
        outcome.end = pace == nil ? clock() : max(outcome.end, clock())
        return outcome
    }

    private func tell(unordered hearing: Hearing) {
        let timing = Timing(sample: 0, time: .zero, samplesPerSecond: source.sampleRateHz)
        unordered(hearing.outcome(sampleRateHz: source.sampleRateHz, instant: timing.instant))
    }

    private func end(_ pump: ReplayPump, _ counts: (ordered: Int, unordered: Int)) -> RadioEvent {
        let cause = pump.failure.map { "the recording cannot be read further (\($0))" } ?? "the recording has ended"
        return .stateChanged(
            .absent,
            why: """
                \(cause): \(counts.ordered) frames as ordered, \(counts.unordered) that nobody ordered, \
                \(pump.unreadable) unreadable; restart to replay it again
                """)
    }
}
