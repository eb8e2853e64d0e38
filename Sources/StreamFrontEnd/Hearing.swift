package import AIoTBase
package import AIoTPhy
package import AIoTReader
package import RadioFrontEnd

/// What came of one transmission at the receiver, in samples of the receive counter.
package struct Hearing: Hashable, Sendable {
    package var transmission: R2DTransmission
    /// First edge of the frame and end of its postamble, as heard or, where it was not heard, as assumed.
    package var frameStart: Double
    package var frameEnd: Double
    /// When the last window is over.
    package var end: Double
    /// Whether the receiver heard the frame itself.
    package var wasHeard: Bool
    /// One for each expected burst; starts of bursts are on the receive counter, as time since its sample 0.
    package var reports: [OccasionReport]

    package init(
        transmission: R2DTransmission, frameStart: Double, frameEnd: Double, end: Double, wasHeard: Bool,
        reports: [OccasionReport]
    ) {
        self.transmission = transmission
        self.frameStart = frameStart
        self.frameEnd = frameEnd
        self.end = end
        self.wasHeard = wasHeard
        self.reports = reports
    }

    /// The same on the time of a loop.
    /// - Parameter instant: the time of a place on the receive counter.
    package func outcome(sampleRateHz: Double, instant: (Double) -> AirTime) -> RadioOutcome {
        let reports = reports.map { report in
            report.mapBursts { $0.start = instant($0.start.seconds * sampleRateHz) }
        }
        let frame = AirFrame(
            direction: .r2d(chipsPerSymbol: transmission.chipsPerSymbol), octets: transmission.octets,
            start: instant(frameStart), duration: AirDuration(seconds: (frameEnd - frameStart) / sampleRateHz))
        return RadioOutcome(
            end: instant(end), reports: reports, frames: [frame] + transmission.heard(reports))
    }
}
