import AIoTBase
import AIoTDevice
import AIoTPhy
import Glibc

extension BurstAir {
    /// One report for each place where the receiver listens.
    func reports(end: AirTime, _ expecting: [ExpectedBurst]) -> [OccasionReport] {
        guard !lastBursts.isEmpty else { return expecting.map { _ in .idle } }
        var arrivals: [[Burst]] = expecting.map { _ in [] }
        for burst in lastBursts {
            guard let place = expecting.firstIndex(where: { Self.isPlace($0, of: burst.transmission) }) else {
                continue
            }
            arrivals[place].append(burst)
        }
        return arrivals.map { report(on: $0, end: end) }
    }

    private static func isPlace(_ expected: ExpectedBurst, of transmission: DeviceTransmission) -> Bool {
        expected.delay == transmission.delay && expected.frequencyPosition == transmission.frequencyPosition
            && expected.format == transmission.format
    }

    /// Bursts in one place add up: the strongest is decoded where it stands out of the others (capture effect).
    private func report(on bursts: [Burst], end: AirTime) -> OccasionReport {
        guard let strongest = bursts.max(by: { $0.powerDB < $1.powerDB }) else { return .idle }
        let interference = bursts.reduce(0) {
            $0 + ($1.device == strongest.device ? 0 : pow(10, $1.powerDB / 10))
        }
        if bursts.count > 1 {
            guard let threshold = conditions.captureThresholdDB,
                strongest.powerDB - 10 * log10(interference) >= threshold
            else { return .undecodable }
        }
        if strongest.isCorrupted { return .undecodable }
        let noise = pow(10, -conditions.snrDB / 10)
        return .decoded(
            received(strongest, end: end, snrDB: strongest.powerDB - 10 * log10(noise + interference)))
    }

    private func received(_ burst: Burst, end: AirTime, snrDB: Double) -> ReceivedBurst {
        let speed = 1 + burst.clockError
        let delay = AirDuration(seconds: burst.transmission.delay.seconds / speed)
        let duration = AirDuration(seconds: burst.transmission.format.duration(in: profile).seconds / speed)
        return ReceivedBurst(
            octets: burst.transmission.message, crcRight: true, start: end + delay, duration: duration,
            measurement: BurstMeasurement(
                snrDB: snrDB, powerDB: burst.powerDB + Self.deviceToLeakDB, clockError: burst.clockError,
                carrierOffsetHz: 0))
    }

    /// What is reported as the power, relative to the leak, of a device of 0 dB.
    private static let deviceToLeakDB = -30.0
}
