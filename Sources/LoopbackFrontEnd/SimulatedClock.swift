import AIoTBase

/// The time of the simulation, which stands still while the carrier is off.
struct SimulatedClock {
    /// Real time that the simulation has left out.
    private var skipped = AirDuration.zero
    private var pausedAt: AirTime? = .zero

    /// How long the simulation goes on after the carrier went off, so that every device notices.
    private static let runOut = AirDuration.milliseconds(20)

    func simulated(_ time: AirTime) -> AirTime {
        let running = time - skipped
        return pausedAt.map { min(running, $0) } ?? running
    }

    func real(_ time: AirTime) -> AirTime { time + skipped }

    mutating func pause(at time: AirTime) -> AirTime {
        let now = simulated(time)
        if pausedAt == nil { pausedAt = now + Self.runOut }
        return now
    }

    mutating func resume(at time: AirTime) -> AirTime {
        if let pausedAt {
            skipped = max(skipped, time - pausedAt)
            self.pausedAt = nil
        }
        return simulated(time)
    }
}
