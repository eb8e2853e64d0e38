package import AIoTBase
package import AIoTPhy
package import AIoTReader

extension R2DTransmission {
    /// How long the receiver listens after the frame: until the slowest device has ended its burst in the last place.
    package func listening(in profile: AirProfile) -> AirDuration {
        expected.map { $0.latestEnd(in: profile) }.max() ?? profile.d2rTurnaround
    }

    /// The frames that were decoded, in order of time.
    package func heard(_ reports: [OccasionReport]) -> [AirFrame] {
        var frames: [AirFrame] = []
        for (index, report) in reports.enumerated() where index < expected.count {
            for burst in report.bursts {
                frames.append(
                    AirFrame(
                        direction: .d2r(
                            expected[index].format, burst.measurement, occasion: windows.occasions[index],
                            isMsg1OfCBRA: windows.isMsg1OfCBRA),
                        octets: burst.octets, start: burst.start, duration: burst.duration))
            }
        }
        return frames.sorted { $0.start < $1.start }
    }
}
