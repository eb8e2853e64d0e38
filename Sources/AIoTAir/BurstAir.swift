package import AIoTBase
package import AIoTDevice
package import AIoTMac
package import AIoTPhy

/// The air between a reader and its devices at burst level: bursts arrive, collide or are lost, without waveforms.
///
/// Time is what the caller says it is, and chance comes from the seed: the same calls give the same octets. A message
/// that cannot concern a device is not handed to it, so that devices which are done cost next to nothing.
package struct BurstAir: Sendable {
    package private(set) var devices: [Device]
    /// What may befall single frames.
    package var fault: FaultPlan?
    /// All bursts that the last message brought about, heard or not, in the order of the devices.
    package private(set) var lastBursts: [Burst] = []

    let profile: AirProfile
    let conditions: BurstAirConditions
    private var powersDB: [Double]
    private var index: AttentionIndex
    private var isPresent: [Bool]
    private var generator: SeededGenerator
    /// R2D frames and D2R bursts so far, as faults count them.
    package private(set) var r2dFrameCount = 0
    package private(set) var d2rBurstCount = 0

    /// A burst as it leaves its device.
    package struct Burst: Hashable, Sendable {
        package var device: Int
        package var transmission: DeviceTransmission
        /// Received power in dB against the conditions' 0 dB.
        package var powerDB: Double
        package var clockError: Double
        /// It arrives with a wrong CRC.
        package var isCorrupted: Bool
    }

    /// - Parameter seed: of the powers and losses; devices have generators of their own.
    package init(devices: [Device], conditions: BurstAirConditions, profile: AirProfile, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        self.devices = devices
        self.profile = profile
        self.conditions = conditions
        index = AttentionIndex(devices.map(DeviceAttention.init))
        isPresent = [Bool](repeating: true, count: devices.count)
        powersDB = devices.map { _ in (2 * generator.uniform() - 1) * conditions.powerSpreadDB }
        self.generator = generator
    }

    /// Hands an R2D frame that ends at `end` to the devices, and judges their bursts where the receiver listens.
    ///
    /// Expecting nothing makes it a frame of somebody else's, whose answers the receiver does not hear.
    /// - Returns: one report for each expected burst, in order.
    package mutating func exchange(
        _ message: R2DMessage, endingAt end: AirTime, expecting: [ExpectedBurst]
    ) -> [OccasionReport] {
        guard fault == nil else {
            guard let octets = try? message.encoded() else { return expecting.map { _ in .idle } }
            return exchange(octets: octets, endingAt: end, expecting: expecting)
        }
        deliver(message)
        return reports(end: end, expecting)
    }

    /// The same with the octets of a frame with a right CRC, which need not be a message.
    package mutating func exchange(
        octets: [UInt8], endingAt end: AirTime, expecting: [ExpectedBurst]
    ) -> [OccasionReport] {
        var arriving: [UInt8]? = octets
        if let fault {
            switch fault(FrameInFlight(direction: .r2d, octets: octets, number: r2dFrameCount)) {
            case .lost, .corrupted: arriving = nil
            case .altered(let others): arriving = others
            case nil: break
            }
        }
        lastBursts = []
        if let message = arriving.flatMap({ try? R2DMessage(decoding: $0) }) {
            deliver(message)
        } else {
            r2dFrameCount += 1
        }
        return reports(end: end, expecting)
    }

    private mutating func deliver(_ message: R2DMessage) {
        lastBursts = []
        let frame = r2dFrameCount
        r2dFrameCount += 1
        let addressees = DeviceAttention.Addressees(of: message)
        if let candidates = index.candidates(addressees) {
            for device in candidates {
                var attention = index.attentions[device]
                hear(message, frame: frame, device: device, &attention)
                index.set(attention, of: device)
            }
            return
        }
        var attentions = index.attentions
        for device in devices.indices where addressees.include(attentions[device]) {
            hear(message, frame: frame, device: device, &attentions[device])
        }
        index.rebuild(attentions)
    }

    private mutating func hear(
        _ message: R2DMessage, frame: Int, device: Int, _ attention: inout DeviceAttention
    ) {
        guard isPresent[device], !conditions.chosenLosses.misses(frame: frame, device: device) else { return }
        if conditions.r2dLoss > 0, generator.uniform() < conditions.r2dLoss { return }
        guard let transmission = devices[device].receive(message, attention: &attention) else { return }
        send(transmission, from: device)
    }

    private mutating func send(_ transmission: DeviceTransmission, from index: Int) {
        var burst = Burst(
            device: index, transmission: transmission, powerDB: powersDB[index],
            clockError: devices[index].clockError,
            isCorrupted: conditions.d2rLoss > 0 && generator.uniform() < conditions.d2rLoss)
        let number = d2rBurstCount
        d2rBurstCount += 1
        if conditions.chosenLosses.d2rBursts.contains(number) {
            if conditions.chosenLosses.burstsAreAbsent { return }
            burst.isCorrupted = true
        }
        if let fault {
            switch fault(
                FrameInFlight(direction: .d2r(device: index), octets: transmission.message, number: number))
            {
            case .lost: return
            case .corrupted: burst.isCorrupted = true
            case .altered(let octets): burst.transmission.message = octets
            case nil: break
            }
        }
        lastBursts.append(burst)
    }
}

// MARK: - What befalls devices

extension BurstAir {
    /// Lets every device hear a message that is not the reader's: an attacker's.
    /// - Returns: the D2R messages that the devices answer with; the reader hears none of them.
    package mutating func inject(_ message: R2DMessage) -> [[UInt8]] {
        var answers: [[UInt8]] = []
        for index in devices.indices where isPresent[index] {
            change(device: index) { device in
                if let answer = device.receive(message) { answers.append(answer.message) }
            }
        }
        return answers
    }

    /// Every device loses what the carrier kept.
    package mutating func carrierLost() {
        for index in devices.indices { change(device: index) { $0.carrierLost() } }
    }

    /// Takes a device out of the field, or brings it back without a session.
    package mutating func setPresent(_ present: Bool, device index: Int) {
        guard devices.indices.contains(index) else { return }
        if !present { change(device: index) { $0.carrierLost() } }
        isPresent[index] = present
    }

    /// Received power of a device's bursts in dB against the conditions' 0 dB.
    package mutating func setPower(dB power: Double, device index: Int) {
        guard devices.indices.contains(index) else { return }
        powersDB[index] = power
    }

    /// Changes a device from outside; an index without a device changes nothing.
    package mutating func change(device index: Int, _ body: (inout Device) -> Void) {
        guard devices.indices.contains(index) else { return }
        body(&devices[index])
        self.index.set(DeviceAttention(of: devices[index]), of: index)
    }
}
