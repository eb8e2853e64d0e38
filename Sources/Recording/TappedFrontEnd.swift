package import AIoTBase
package import AIoTReader
package import RadioFrontEnd

/// A front end that computes what it receives when a frame is sent (the simulated air at sample level), with a tap on it.
package struct TappedFrontEnd: RadioFrontEnd {
    private let base: any RadioFrontEnd
    private let tap: SampleTap

    /// - Parameter tap: takes the samples from the radio itself, those of a frame before `base` tells its outcome.
    package init(_ base: any RadioFrontEnd, tap: SampleTap) {
        self.base = base
        self.tap = tap
    }

    package var name: String { base.name }

    package func start(clock: @escaping @Sendable () -> AirTime, _ events: @escaping @Sendable (RadioEvent) -> Void) {
        let tap = tap
        base.start(clock: clock) { event in
            if case .transmissionEnded(_, let outcome) = event { tap.ended(outcome) }
            events(event)
        }
    }

    package func transmit(_ transmission: R2DTransmission, at time: AirTime) {
        base.transmit(transmission, at: time)
    }

    package func setCarrier(isOn: Bool, at time: AirTime) { base.setCarrier(isOn: isOn, at: time) }

    package func stop() { base.stop() }
    package func listen(for duration: AirDuration) { base.listen(for: duration) }
    package func keep(to limits: AirLimits) { base.keep(to: limits) }
    package var counters: RadioCounters { base.counters }
    package var flow: SampleFlow? { base.flow }
}
