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

    /// Bursts in one place add up: the strongest is decoded where it stands out of the others (capture effect), and the one
    /// beneath it where that is the only other.
    private func report(on bursts: [Burst], end: AirTime) -> OccasionReport {
        let byPower = bursts.sorted { $0.powerDB > $1.powerDB }
        guard let strongest = byPower.first else { return .idle }
        let others = byPower.dropFirst().reduce(0) { $0 + pow(10, $1.powerDB / 10) }
        let isBothRead = bursts.count == 2 && differs(strongest, others, by: conditions.collisionRecoveryDB)
        guard !strongest.isCorrupted,
            bursts.count == 1 || isBothRead || differs(strongest, others, by: conditions.captureThresholdDB)
        else { return .undecodable }
        let isCollided = bursts.count > 1
        let noise = pow(10, -conditions.snrDB / 10) + (isBothRead ? 0 : others)
        let read = (isBothRead ? byPower : [strongest]).filter { !$0.isCorrupted }.map {
            received($0, end: end, snrDB: $0.powerDB - 10 * log10(noise), isCollided: isCollided)
        }
        return isCollided ? .collision(read) : .decoded(read[0])
    }

    private func differs(_ strongest: Burst, _ others: Double, by threshold: Double?) -> Bool {
        guard conditions.captureThresholdDB != nil, let threshold else { return false }
        return strongest.powerDB - 10 * log10(others) >= threshold
    }

    private func received(_ burst: Burst, end: AirTime, snrDB: Double, isCollided: Bool) -> ReceivedBurst {
        let speed = 1 + burst.clockError
        let delay = AirDuration(seconds: burst.transmission.delay.seconds / speed)
        let duration = AirDuration(seconds: burst.transmission.format.duration(in: profile).seconds / speed)
        return ReceivedBurst(
            octets: burst.transmission.message, crcRight: true, start: end + delay, duration: duration,
            measurement: BurstMeasurement(
                snrDB: snrDB, powerDB: burst.powerDB + Self.deviceToLeakDB, clockError: burst.clockError,
                carrierOffsetHz: 0, isCollided: isCollided))
    }

    /// What is reported as the power, relative to the leak, of a device of 0 dB.
    private static let deviceToLeakDB = -30.0
}
