package import AIoTBase
import AIoTDevice
package import AIoTReader
package import AIoTWorld
package import RadioFrontEnd
import Synchronization

/// The simulated air as a front end in real time.
///
/// What comes of a frame is computed when it is sent, and told with the time at which it will be over. While the carrier
/// is off no simulated time passes: nothing can happen, and an hour of silence costs no samples.
package final class LoopbackFrontEnd: RadioFrontEnd {
    private enum Job: Sendable {
        case transmit(R2DTransmission, AirTime)
        case carrier(isOn: Bool, AirTime)
        case listen(AirDuration)
    }

    package let name: String
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    private let radio: Mutex<any LoopbackRadio>
    private let memory: DeviceMemoryFile?
    private let journal: AirJournal?
    private let interference: Interference?

    /// - Parameters:
    ///   - radio: with its devices in front of it, at time zero.
    ///   - memory: where the devices keep what they keep without a carrier; nil: they are new at each start.
    ///   - journal: takes what the devices know to be true.
    ///   - interference: who else is on the channel.
    package init(
        name: String, radio: sending any LoopbackRadio, memory: DeviceMemoryFile? = nil, journal: AirJournal? = nil,
        interference: Interference? = nil
    ) {
        self.interference = interference
        self.journal = journal
        self.name = name
        self.radio = Mutex(radio)
        self.memory = memory
        // One frame is under way at a time, so the queue holds a few jobs at most.
        (jobs, queue) = AsyncStream.makeStream(of: Job.self)
    }

    package func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void) {
        events(.stateChanged(.ready, why: "a simulated radio is always there"))
        let now = clock
        Task.detached(priority: .high) { [self] in
            var clock = SimulatedClock()
            var lastPaged: Nonce?
            for await job in jobs {
                switch job {
                case .listen(let duration):
                    try? await Task.sleep(for: .nanoseconds(duration.nanoseconds))
                    let level = interference?.level(at: now()) ?? Interference.noiseDBFS
                    events(.channelHeard(levelDBFS: level))
                case .carrier(let isOn, let time): setCarrier(isOn: isOn, at: time, &clock)
                case .transmit(let transmission, let time):
                    carryOut(transmission, at: time, &clock, &lastPaged, events)
                }
            }
        }
    }

    package func transmit(_ transmission: R2DTransmission, at time: AirTime) {
        queue.yield(.transmit(transmission, time))
    }

    package func setCarrier(isOn: Bool, at time: AirTime) {
        queue.yield(.carrier(isOn: isOn, time))
    }

    package func listen(for duration: AirDuration) { queue.yield(.listen(duration)) }

    package func stop() { queue.finish() }

    private func setCarrier(isOn: Bool, at time: AirTime, _ clock: inout SimulatedClock) {
        let simulated = isOn ? clock.resume(at: time) : clock.pause(at: time)
        radio.withLock { $0.setCarrier(isOn: isOn, at: simulated) }
        journal?.note(carrierIsOn: isOn)
    }

    private func carryOut(
        _ transmission: R2DTransmission, at time: AirTime, _ clock: inout SimulatedClock, _ lastPaged: inout Nonce?,
        _ events: (RadioEvent) -> Void
    ) {
        let simulated = clock.simulated(time)
        var outcome = radio.withLock { radio in
            radio.idle(until: simulated)
            let before = journal == nil ? [] : radio.devices.map(\.acknowledgedNonce1)
            let outcome = radio.perform(transmission, at: simulated)
            // A device answers only once it has kept what it must keep.
            memory?.keep(radio.devices)
            journal?.note(transmission.message, before: before, after: radio.devices, lastPaged: &lastPaged)
            return outcome
        }
        outcome.end = clock.real(outcome.end)
        for index in outcome.frames.indices {
            outcome.frames[index].start = clock.real(outcome.frames[index].start)
        }
        events(.transmissionEnded(id: transmission.id, outcome))
    }
}
