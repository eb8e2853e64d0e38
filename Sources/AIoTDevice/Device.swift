package import AIoTBase
package import AIoTMac
package import AIoTPhy

/// An A-IoT device as the air sees it: R2D messages in, at most one D2R burst out for each.
///
/// The security procedure is `DeviceNAS`; this is what surrounds it: access occasions, AS IDs, segments, and when the
/// device waits (`spec/2 "Access"`). Everything but what `nonVolatile` holds is gone with the carrier. Occasions, random
/// IDs and nonce2 come out of the generator that it was given, so a device repeats itself under the same seed.
package struct Device: Sendable {
    package internal(set) var nas: DeviceNAS
    /// Relative error e of its clock, positive = fast: what it times lasts nominal / (1 + e).
    package let clockError: Double
    /// Why messages were met with silence, since the start.
    package internal(set) var silences: [DeviceSilence: Int] = [:]

    let profile: AirProfile
    var generator: SeededGenerator
    var phase = Phase.idle
    /// What the last paging that it answers opened.
    var round: Round?
    /// The transaction and nonce1 for which it is done.
    var acknowledged: RoundName?
    /// The nonce1 under which it has sent the message after which the Acknowledgement is due. It outlasts the exchange:
    /// where the Acknowledgement was lost, the AIoTF takes a second answer as done (`spec/1 "What repeats"`).
    var completed: Nonce?

    package init(
        provisioning: DeviceProvisioning, nonVolatile: DeviceNonVolatile = DeviceNonVolatile(),
        profile: AirProfile = .oursV0, clockError: Double = 0, generator: SeededGenerator
    ) {
        nas = DeviceNAS(provisioning, nonVolatile: nonVolatile)
        self.profile = profile
        self.clockError = clockError
        self.generator = generator
    }

    /// Takes in the octets of an R2D message with a right CRC; anything may come.
    package mutating func receive(octets: [UInt8]) -> DeviceTransmission? {
        do {
            return receive(try R2DMessage(decoding: octets))
        } catch {
            return stay(.undecodable(error))
        }
    }

    /// Takes in an R2D message, decoded once for all devices that hear it.
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

    /// The same; says also what the device attends to from then on.
    package mutating func receive(_ message: R2DMessage, attention: inout DeviceAttention) -> DeviceTransmission? {
        let transmission = receive(message)
        attention = DeviceAttention(phase: phase, round: round, acknowledged: acknowledged)
        return transmission
    }

    /// The carrier is gone: sessions, rounds and waiting are forgotten (`spec/1 "Steps"`).
    package mutating func carrierLost() {
        nas.carrierLost()
        phase = .idle
        round = nil
        acknowledged = nil
        completed = nil
    }

    /// Counts why the message at hand is met with silence.
    mutating func stay(_ silence: DeviceSilence) -> DeviceTransmission? {
        silences[silence, default: 0] += 1
        return nil
    }
}

// MARK: - What others may know of it

extension Device {
    /// What outlasts the carrier.
    package var nonVolatile: DeviceNonVolatile { nas.nonVolatile }

    /// Makes every command end with status 3 (low energy).
    package var isLowOnEnergy: Bool {
        get { nas.isLowOnEnergy }
        set { nas.isLowOnEnergy = newValue }
    }

    /// The AS ID under which the device can be addressed.
    package var asID: ASID? { exchange?.asID }

    /// Whether the round at hand has ended with an Acknowledgement.
    /// The request of its last Acknowledgement, while the carrier lasts.
    package var acknowledgedNonce1: Nonce? { acknowledged?.nonce1 }

    package var provisioning: DeviceProvisioning { nas.provisioning }

    package var isAcknowledged: Bool { round.map { $0.name == acknowledged } ?? false }

    /// Starts the count of what the security procedure costs again.
    package mutating func resetCost() { nas.resetCost() }
}

// MARK: - State

extension Device {
    enum Phase: Sendable {
        /// Takes part in nothing before the next paging.
        case idle
        /// Waits for the trigger of its occasion.
        case awaitingTrigger(occasion: Int, Paging)
        /// Msg1 of CBRA is out, sent after this trigger.
        case awaitingRandomIDResponse(RandomID, trigger: Int)
        /// From the access response on, past the Acknowledgement, to the next paging that it answers.
        case inExchange(DeviceExchange)
    }

    /// What a device answers to while a nonce1 lasts.
    struct RoundName: Hashable, Sendable {
        let transactionID: TransactionID
        let nonce1: Nonce
    }

    struct Round: Sendable {
        let name: RoundName
        /// The paging A-IoT NAS PDU.
        let pdu: [UInt8]
        let answersStale: Bool
    }

    /// The exchange under way; setting it takes the device out of contention.
    var exchange: DeviceExchange? {
        get { if case .inExchange(let exchange) = phase { exchange } else { nil } }
        set { phase = newValue.map(Phase.inExchange) ?? .idle }
    }

    /// Whether the round at hand belongs to this transaction.
    func isInRound(of transactionID: TransactionID) -> Bool {
        round?.name.transactionID == transactionID
    }
}
