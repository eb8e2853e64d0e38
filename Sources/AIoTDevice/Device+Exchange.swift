import AIoTBase
import AIoTMac
import AIoTPhy

// MARK: - R2D messages of an exchange

extension Device {
    mutating func receive(_ data: R2DUpperLayerData) -> DeviceTransmission? {
        guard isAddressed(by: data) else { return stay(.notAddressed) }
        if let received = data.receivedOctets { return sendNextSegment(data, from: Int(received)) }
        guard !data.sdu.isEmpty else {
            // Direct access where no network response is due: all that comes is the AS ID.
            assign(data)
            return nil
        }
        // Judged first: a PDU whose reply could not leave must not be processed.
        guard let schedule = data.schedule, schedule.carriesUpperLayerData else { return stay(.badSchedule) }
        switch nas.receive(data.sdu) {
        case .ignored(let reason):
            // A network response of somebody else: its AS ID is not the device's either, and the wait goes on.
            return stay(.nas(reason))
        case .reply(let pdu, _):
            assign(data)
            exchange?.sdu = pdu
            exchange?.isAtAccessResponse = false
            return sendSegment(from: 0, schedule)
        }
    }

    private mutating func sendNextSegment(_ data: R2DUpperLayerData, from offset: Int) -> DeviceTransmission? {
        guard data.sdu.isEmpty, let schedule = data.schedule, schedule.carriesUpperLayerData else {
            return stay(.badSchedule)
        }
        assign(data)
        return sendSegment(from: offset, schedule)
    }

    private func isAddressed(by data: R2DUpperLayerData) -> Bool {
        guard isInRound(of: data.transactionID), data.asID != .none, let exchange else { return false }
        guard let randomID = data.randomID else { return exchange.asID == data.asID }
        return exchange.access == .direct && exchange.randomID == randomID && !exchange.isAcknowledged
    }

    /// Direct access: the first message that is taken gives the AS ID.
    private mutating func assign(_ data: R2DUpperLayerData) {
        if data.randomID != nil { exchange?.asID = data.asID }
    }

    /// Leaves the device to the next paging. One that was acknowledged is out of the reader's reach for that: what it
    /// hears is for a later holder of its AS ID (*ours*).
    mutating func receive(_ nack: NACKFeedback) -> DeviceTransmission? {
        guard isInRound(of: nack.transactionID), exchange?.isAcknowledged != true else { return stay(.notAddressed) }
        let isMeant =
            switch nack.addressee {
            case .asID(let id): asID == id
            case .randomID(let id): ownRandomID == id
            }
        guard isMeant else { return stay(.notAddressed) }
        phase = .idle
        return nil
    }

    private var ownRandomID: RandomID? {
        switch phase {
        case .awaitingRandomIDResponse(let id, _): id
        case .inExchange(let exchange): exchange.randomID
        case .idle, .awaitingTrigger: nil
        }
    }

    /// Taken only when the message after which it is due has gone out under this nonce1, in this exchange or in one
    /// before it whose Acknowledgement was lost.
    mutating func receive(_ acknowledgement: Acknowledgement) -> DeviceTransmission? {
        guard let round, isInRound(of: acknowledgement.transactionID), let asID,
            acknowledgement.asIDs.contains(asID), completed == round.name.nonce1
        else { return stay(.notAddressed) }
        acknowledged = round.name
        exchange?.isAcknowledged = true
        // All that was sent has arrived: a segment asked for under this AS ID is another device's (*ours*).
        exchange?.sdu = []
        exchange?.hasMoreData = false
        return nil
    }
}

// MARK: - Segments

extension Device {
    /// The burst that carries the PDU at hand from `offset` on, at frequency position 0.
    mutating func sendSegment(from offset: Int, _ schedule: Schedule) -> DeviceTransmission? {
        guard let message = makeSegment(from: offset, schedule) else { return stay(.noSuchSegment) }
        return DeviceTransmission(message: message, format: schedule.burstFormat(), delay: delay(of: schedule))
    }

    /// As much of the PDU at hand as the transport block takes; nil when no octets are left from `offset` on.
    mutating func makeSegment(from offset: Int, _ schedule: Schedule) -> [UInt8]? {
        let room = Int(schedule.transportBlockOctets) - D2RUpperLayerData.headerOctets
        guard let sdu = exchange?.sdu, room > 0, sdu.indices.contains(offset) else { return nil }
        let part = Array(sdu[offset..<min(sdu.count, offset + room)])
        let message = D2RUpperLayerData(
            moreData: offset + part.count < sdu.count, sdu: part,
            transportBlockOctets: Int(schedule.transportBlockOctets))
        guard let octets = try? message.encoded() else { return nil }
        exchange?.hasMoreData = message.moreData
        if let round, !message.moreData, round.answersStale || nas.takesAcknowledgement {
            completed = round.name.nonce1
        }
        return octets
    }

    /// Nominal start after the end of the R2D frame (`spec/2 "Timing"`).
    func delay(of schedule: Schedule) -> AirDuration {
        profile.d2rTurnaround + profile.startOffsetUnit * Int64(schedule.startOffset)
    }
}

extension Schedule {
    /// Whether a segment of at least one octet fits. A smaller transport block would never bring a PDU to its end.
    var carriesUpperLayerData: Bool { Int(transportBlockOctets) > D2RUpperLayerData.headerOctets }
}
