package import AIoTBase
package import AIoTDevice
package import AIoTMac
package import AIoTPhy
import Glibc

/// What the simulated air does to bursts.
package struct BurstAirConditions: Sendable {
    /// Probability that one device misses one R2D frame.
    package var r2dLoss = 0.0
    /// Probability that one D2R burst comes in corrupted.
    package var d2rLoss = 0.0
    /// SNR per bit of a burst of power 0 dB, for the measurements that are reported.
    package var snrDB = 20.0
    /// Device powers are uniform within plus and minus this many dB.
    package var powerSpreadDB = 3.0
    /// A burst that exceeds the sum of the others in its place by this much is decoded; nil: never.
    package var captureThresholdDB: Double? = 6
    /// Frames that are lost for certain, for tests.
    package var chosenLosses = ChosenLosses()

    package init() {}
}

/// Frames that are lost for certain, by their place in the run.
package struct ChosenLosses: Hashable, Sendable {
    /// R2D frames, counted from 0.
    package var r2dFrames: Set<Int> = []
    /// The one device that misses those R2D frames, by its place in the population; nil: every device does.
    package var deviceMissingR2D: Int?
    /// D2R bursts, counted from 0 in the order in which devices send them.
    package var d2rBursts: Set<Int> = []
    /// Whether those bursts are not heard at all, instead of coming in corrupted.
    package var burstsAreAbsent = false

    package init() {}

    func misses(frame: Int, device: Int) -> Bool {
        r2dFrames.contains(frame) && (deviceMissingR2D ?? device) == device
    }
}

/// The air between a reader and its devices at burst level: bursts arrive, collide or are lost, without waveforms.
package struct BurstAir: Sendable {
    package private(set) var devices: [Device]
    private var isPresent: [Bool]
    private var powersDB: [Double]
    private var conditions: BurstAirConditions
    private let profile: AirProfile
    private var generator: SeededGenerator
    /// R2D frames and D2R bursts so far, as `ChosenLosses` counts them.
    package private(set) var r2dFrameCount = 0
    package private(set) var d2rBurstCount = 0

    package init(devices: [Device], conditions: BurstAirConditions, profile: AirProfile, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.devices = devices
        isPresent = [Bool](repeating: true, count: devices.count)
        powersDB = devices.map { _ in (2 * generator.uniform() - 1) * conditions.powerSpreadDB }
        self.conditions = conditions
        self.profile = profile
        self.generator = generator
    }

    /// A burst on its way to the receiver.
    private struct Arrival {
        var device: Int
        var transmission: DeviceTransmission
        var isCorrupted: Bool
    }

    /// Hands an R2D frame that ends at `end` to the devices, and judges their answers where the receiver listens.
    /// - Returns: one report for each expected burst, in order.
    package mutating func exchange(
        _ message: R2DMessage, endingAt end: AirTime, expecting: [ExpectedBurst]
    ) -> [OccasionReport] {
        var arrivals: [[Arrival]] = expecting.map { _ in [] }
        let frame = r2dFrameCount
        r2dFrameCount += 1
        for index in devices.indices where isPresent[index] {
            if conditions.chosenLosses.misses(frame: frame, device: index) { continue }
            if conditions.r2dLoss > 0, generator.uniform() < conditions.r2dLoss { continue }
            guard let transmission = devices[index].receive(message) else { continue }
            let isChosen = conditions.chosenLosses.d2rBursts.contains(d2rBurstCount)
            d2rBurstCount += 1
            if isChosen, conditions.chosenLosses.burstsAreAbsent { continue }
            let isCorrupted = isChosen || conditions.d2rLoss > 0 && generator.uniform() < conditions.d2rLoss
            guard let place = expecting.firstIndex(where: { Self.isPlace($0, of: transmission) }) else { continue }
            arrivals[place].append(
                Arrival(device: index, transmission: transmission, isCorrupted: isCorrupted))
        }
        return arrivals.map { report(on: $0, end: end) }
    }

    /// Lets every device hear a message that is not the reader's: an attacker's.
    /// - Returns: the D2R messages that the devices answer with; the reader hears none of them.
    package mutating func inject(_ message: R2DMessage) -> [[UInt8]] {
        devices.indices.filter { isPresent[$0] }.compactMap { devices[$0].receive(message)?.message }
    }

    /// Every device loses what the carrier kept.
    package mutating func carrierLost() {
        for index in devices.indices { devices[index].carrierLost() }
    }

    /// Takes a device out of the field, or brings it back without a session.
    package mutating func setPresent(_ present: Bool, device index: Int) {
        guard devices.indices.contains(index) else { return }
        if !present { devices[index].carrierLost() }
        isPresent[index] = present
    }

    private static func isPlace(_ expected: ExpectedBurst, of transmission: DeviceTransmission) -> Bool {
        expected.delay == transmission.delay && expected.frequencyPosition == transmission.frequencyPosition
            && expected.format == transmission.format
    }

    private func report(on arrivals: [Arrival], end: AirTime) -> OccasionReport {
        guard let strongest = arrivals.max(by: { powersDB[$0.device] < powersDB[$1.device] }) else { return .idle }
        if arrivals.count > 1 {
            guard let threshold = conditions.captureThresholdDB else { return .undecodable }
            let others = arrivals.filter { $0.device != strongest.device }
                .reduce(0) { $0 + pow(10, powersDB[$1.device] / 10) }
            guard powersDB[strongest.device] - 10 * log10(others) >= threshold else { return .undecodable }
        }
        if strongest.isCorrupted { return .undecodable }
        let transmission = strongest.transmission
        let speed = 1 + devices[strongest.device].clockError
        let delay = AirDuration(seconds: transmission.delay.seconds / speed)
        let duration = AirDuration(seconds: transmission.format.duration(in: profile).seconds / speed)
        return .decoded(
            ReceivedBurst(
                octets: transmission.message, crcRight: true, start: end + delay, duration: duration,
                measurement: BurstMeasurement(
                    snrDB: conditions.snrDB + powersDB[strongest.device], powerDB: powersDB[strongest.device] - 30,
                    clockError: devices[strongest.device].clockError, carrierOffsetHz: 0)))
    }
}
