import AIoTBase
import AIoTMac
import AIoTPhy

extension Device {
    mutating func receive(_ data: R2DUpperLayerData) -> DeviceTransmission? {
        guard round?.transactionID == data.transactionID, isAddressed(by: data) else { return stay(.notAddressed) }
        if let received = data.receivedOctets {
            assign(data)
            guard let schedule = data.schedule, !sdu.isEmpty else { return stay(.nothingDue) }
            return segment(from: Int(received), schedule: schedule)
        }
        guard !data.sdu.isEmpty else {
            assign(data)
            return stay(.nothingDue)
        }
        switch nas.receive(data.sdu) {
        case .ignored(let reason):
            // A network response of somebody else: its AS ID is not ours either.
            return stay(.nas(reason))
        case .reply(let pdu, _):
            assign(data)
            sdu = pdu
            guard let schedule = data.schedule else { return stay(.nothingDue) }
            return segment(from: 0, schedule: schedule)
        }
    }

    private func isAddressed(by data: R2DUpperLayerData) -> Bool {
        guard let randomID = data.randomID else { return asID != nil && asID == data.asID && data.asID != .none }
        guard round?.access == .direct, data.asID != .none, case .inExchange(let own?) = phase else { return false }
        return own == randomID
    }

    /// Direct access: the first message that is taken gives the AS ID.
    private mutating func assign(_ data: R2DUpperLayerData) {
        if data.randomID != nil { asID = data.asID }
    }

    mutating func receive(_ nack: NACKFeedback) -> DeviceTransmission? {
        guard let round, round.transactionID == nack.transactionID, !round.isAcknowledged else {
            return stay(.notAddressed)
        }
        let isMeant =
            switch nack.addressee {
            case .asID(let id): asID == id
            case .randomID(let id): ownRandomID == id
            }
        guard isMeant else { return stay(.notAddressed) }
        phase = .idle
        asID = nil
        return stay(.nothingDue)
    }

    private var ownRandomID: RandomID? {
        switch phase {
        case .awaitingRandomIDResponse(let id, _, _): id
        case .inExchange(let id): id
        case .idle, .awaitingTrigger: nil
        }
    }

    /// Taken only after the message after which it is due has been sent under this nonce1, in this exchange or in one
    /// before it whose acknowledgement was lost.
    mutating func receive(_ acknowledgement: Acknowledgement) -> DeviceTransmission? {
        guard let asID, round?.transactionID == acknowledgement.transactionID,
            acknowledgement.asIDs.contains(asID), round?.hasSentLastMessage == true
        else { return stay(.notAddressed) }
        round?.isAcknowledged = true
        return stay(.nothingDue)
    }
}
