package import AIoTBase
import AIoTReader
import RadioFrontEnd
import Synchronization

/// Listening before talking: for the loop, and for the front end's own soundings.
extension StreamFrontEnd {
    /// Answered when so many samples have come that hold nothing of what was sent; not at all while the radio is away.
    package func listen(for duration: AirDuration) {
        air.withLock { if $0.isUsable { listen(for: duration, as: .loop, &$0) } }
        queue.wake()
    }

    private func listen(for duration: AirDuration, as listener: Listener, _ air: inout Air) {
        air.listener = listener
        let count = Int(min(max(duration.seconds, 0), 60) * sampleRateHz)
        air.orders.append(.listen(count: count, lastOn: air.timeline.lastOn, rendered: air.timeline.rendered))
    }

    /// Takes what the channel held; a sounding that waited for that goes out where it was quiet.
    /// - Returns: whether the loop has asked.
    func heard(_ levelDBFS: Double, session: Int) -> Bool {
        air.withLock { air in
            guard air.session == session, let listener = air.listener else { return false }
            air.listener = nil
            if listener == .sounding, let talk = air.limits.listenBeforeTalk, levelDBFS <= talk.thresholdDBFS {
                _ = placeSounding(&air)
            }
            return listener == .loop
        }
    }

    // MARK: Soundings

    /// Between two tries. Under a duty cycle two fit its window, which together are less than `CarrierBudget.margin`: the
    /// core, which does not know of them, leaves so much of the window unused.
    var soundingInterval: AirDuration {
        let window = air.withLock { $0.limits }.dutyCycles.map(\.window).max() ?? .zero
        return max(Sounding.interval, AirDuration(nanoseconds: window.nanoseconds / 2))
    }

    /// Sends a sounding, or listens before that, where one is needed and nothing else is on the air.
    /// - Returns: whether it was tried.
    func trySounding() -> Bool {
        air.withLock { air in
            guard isSoundingDue(air) else { return false }
            guard let talk = air.limits.listenBeforeTalk, !air.timeline.isCarrierOn else { return placeSounding(&air) }
            listen(for: talk.duration, as: .sounding, &air)
            return true
        }
    }

    private func isSoundingDue(_ air: borrowing Air) -> Bool {
        guard air.needsSounding, !air.isSounding, air.transmission == nil, air.listener == nil else { return false }
        // A carrier of its own neither shortens a pause nor lengthens the carrier before it.
        let pause = Int(air.limits.shortestPause.seconds * sampleRateHz)
        return air.timeline.isCarrierOn || air.limits.longestCarrier == nil || air.timeline.lastOn == 0
            || air.timeline.rendered - air.timeline.lastOn >= pause
    }

    private func placeSounding(_ air: inout Air) -> Bool {
        guard let sounding, air.needsSounding, !air.isSounding, air.transmission == nil,
            let samples = air.timeline.place(sounding.waveform)
        else { return false }
        if air.limits.longestCarrier != nil { air.timeline.rest(seconds: air.limits.shortestPause.seconds) }
        air.isSounding = true
        air.counters.soundings += 1
        air.orders.append(
            .expect(
                PlacedFrame(
                    octets: sounding.octets, end: Double(samples.lowerBound) + sounding.length,
                    length: sounding.length, transmission: nil)))
        return true
    }
}
