package import AIoTBase
package import AIoTMac
package import AIoTPhy

/// An A-IoT device as the air sees it: R2D messages in, at most one D2R burst out for each.
///
/// Everything but what `nonVolatile` holds is gone with the carrier. It draws random IDs, occasions and nonce2 from the
/// generator that it was given.
package struct Device: Sendable {
    package internal(set) var nas: DeviceNAS
    /// Relative error of its clock, positive = fast.
    package let clockError: Double
    let profile: AirProfile
    var generator: SeededGenerator
    var phase = Phase.idle
    /// Why messages were met with silence, since the start.
    package internal(set) var silences: [DeviceSilence: Int] = [:]

    /// The transaction, and the nonce1 under which it answers.
    var round: Round?
    /// The AS ID under which it is addressed.
    package internal(set) var asID: ASID?
    /// The NAS PDU being sent, for further segments and repeats.
    var sdu: [UInt8] = []

    /// What a device knows of the transaction that it takes part in.
    struct Round: Sendable {
        var transactionID: TransactionID
        var nonce1: Nonce
        var access: AccessMode
        /// It has sent the message after which the Acknowledgement is due.
        var hasSentLastMessage = false
        var isAcknowledged = false
    }

    enum Phase: Sendable {
        /// Takes part in nothing, or waits for the next paging.
        case idle
        /// Waits for the trigger of its occasion.
        case awaitingTrigger(occasion: Int, paging: Paging, answersStale: Bool)
        /// Msg1 of CBRA is out, sent at this trigger.
        case awaitingRandomIDResponse(RandomID, trigger: Int, answersStale: Bool)
        /// The access response is out; in contention with the random ID that it may be addressed by.
        case inExchange(RandomID?)
    }

    package init(
        provisioning: DeviceProvisioning, nonVolatile: DeviceNonVolatile = DeviceNonVolatile(),
        profile: AirProfile = .oursV0, clockError: Double = 0, generator: SeededGenerator
    ) {
        nas = DeviceNAS(provisioning, nonVolatile: nonVolatile)
        self.profile = profile
        self.clockError = clockError
        self.generator = generator
    }

    /// The carrier is gone: sessions, rounds and waiting are forgotten.
    package mutating func carrierLost() {
        nas.carrierLost()
        phase = .idle
        round = nil
        asID = nil
        sdu = []
    }

    /// Whether it has been acknowledged for the transaction and nonce1 at hand.
    package var isAcknowledged: Bool { round?.isAcknowledged ?? false }

    package mutating func resetCost() { nas.resetCost() }

    /// Takes in the octets of an R2D message; anything that is none is met with silence.
    package mutating func receive(octets: [UInt8]) -> DeviceTransmission? {
        guard let message = try? R2DMessage(decoding: octets) else { return nil }
        return receive(message)
    }

    /// Takes in an R2D message.
    /// - Returns: the burst that the device sends; nil when it stays silent.
    package mutating func receive(_ message: R2DMessage) -> DeviceTransmission? {
        switch message {
        case .paging(let paging): receive(paging)
        case .accessTrigger(let trigger): receive(trigger)
        case .randomIDResponse(let response): receive(response)
        case .upperLayerData(let data): receive(data)
        case .nackFeedback(let nack): receive(nack)
        case .acknowledgement(let acknowledgement): receive(acknowledgement)
        }
    }

    mutating func stay(_ silence: DeviceSilence) -> DeviceTransmission? {
        silences[silence, default: 0] += 1
        return nil
    }
}

extension Device {
    /// The burst that carries `sdu` from `offset` on, in as much as the schedule's transport block takes.
    mutating func segment(from offset: Int, schedule: Schedule, delay: AirDuration? = nil) -> DeviceTransmission? {
        let room = Int(schedule.transportBlockOctets) - D2RUpperLayerData.headerOctets
        guard room > 0, offset <= sdu.count else { return stay(.badSchedule) }
        let part = Array(sdu[offset..<min(sdu.count, offset + room)])
        let message = D2RUpperLayerData(
            moreData: offset + part.count < sdu.count, sdu: part,
            transportBlockOctets: Int(schedule.transportBlockOctets))
        guard let octets = try? message.encoded() else { return stay(.badSchedule) }
        if !message.moreData, nas.takesAcknowledgement { round?.hasSentLastMessage = true }
        return DeviceTransmission(
            message: octets, format: schedule.burstFormat(), delay: delay ?? self.delay(of: schedule))
    }

    /// A device starts no sooner than the turnaround after the frame that schedules it (`spec/2 "Timing"`).
    func delay(of schedule: Schedule) -> AirDuration {
        profile.d2rTurnaround + profile.startOffsetUnit * Int64(schedule.startOffset)
    }
}

extension Schedule {
    /// The shape of the burst that this schedule asks for.
    func burstFormat(frequencyPosition: Int = 0) -> D2RBurstFormat {
        D2RBurstFormat(
            rateCode: Int(rateCode & 7), subcarrierPeriods: 1 << (Int(subcarrierCode & 3) + min(frequencyPosition, 7)),
            fec: fec, repetition: repetition, midamble: midamble, transportBlockOctets: Int(transportBlockOctets))
    }
}
