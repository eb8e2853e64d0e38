import AIoTBase
import AIoTSecurity
import NGAP

extension AIoTF {
    /// A PDU that came from a reader. What does not decode is answered with Error Indication, and the link stays up.
    mutating func receive(_ octets: [UInt8], from reader: ReaderID) {
        let pdu: NGAPPDU
        do {
            pdu = try NGAPPDU(decoding: octets)
        } catch {
            reject(.undecodableNGAP)
            var cause = Cause.transferSyntaxError
            if case .unknownIE = error { cause = .abstractSyntaxErrorReject }
            send(.errorIndication(ErrorIndication(cause: cause)), to: reader)
            return
        }
        switch pdu {
        case .ngSetupRequest(let message): setUp(message, reader)
        case .errorIndication: reject(.errorIndication)
        default:
            guard let session = pdu.aiotSession, isKnown(session, reader) else { return reject(.unexpectedNGAP) }
            receive(pdu, session.correlationIdentifier)
        }
    }

    /// Whether a message is for a request that is at hand or remembered, and comes from the reader that has it.
    private func isKnown(_ session: AIoTSessionName, _ reader: ReaderID) -> Bool {
        guard session.aiotfIdentifier == configuration.aiotfIdentifier,
            let request = requests[session.correlationIdentifier]
        else { return false }
        // The name may be another: a reader that was renamed still has its spool.
        return readers.contains {
            $0.id == reader && $0.identity.globalGNBID == request.reader.globalGNBID
        }
    }

    /// What a reader says of a request. One that is not open any more gives results alone: what its reader had spooled,
    /// or had under way when it was released.
    private mutating func receive(_ pdu: NGAPPDU, _ correlation: Int) {
        let orderID = requests[correlation]?.isOpen == true ? requests[correlation]?.orderID : nil
        switch pdu {
        case .inventoryReport(let message): receive(message, correlation)
        case .commandResponse(let message): receive(message.nasPDU, ofDevice: message.ranDeviceNGAPID, correlation)
        case .commandFailure(let message): commandFailed(message, correlation)
        case .aiotSessionReleaseComplete: releaseCompleted(correlation)
        case .inventoryFailure(let message): if let orderID { requestFailed(orderID, message.cause) }
        case .aiotSessionReleaseRequest(let message):
            guard let orderID else { return }
            note("it gave up (\(message.cause))", orderID)
            creditProgress(of: correlation)
            release(orderID, isRestart: plansAnother(orderID, afterFailure: true))
        default: break
        }
    }

    private mutating func receive(_ message: InventoryReport, _ correlation: Int) {
        for device in message.readers.flatMap(\.devices) {
            guard let id = device.ranDeviceNGAPID else {
                reject(.unknownSession)
                continue
            }
            receiveAccessResponse(device.nasPDU, ofDevice: id, correlation)
        }
        guard message.inventoryComplete else { return }
        requests[correlation]?.isComplete = true
        goOnIfComplete(correlation)
    }

    /// Commands may still be under way when the inventory is complete.
    mutating func goOnIfComplete(_ correlation: Int) {
        guard requests[correlation]?.isOpen == true, requests[correlation]?.isComplete == true,
            let request = requests[correlation], request.sessions.values.allSatisfy({ $0.phase == .over })
        else { return }
        judgeCompletion(request)
    }
}

extension NGAPPDU {
    /// The session that a message from a reader names.
    fileprivate var aiotSession: AIoTSessionName? {
        switch self {
        case .inventoryResponse(let message): message.session
        case .inventoryFailure(let message): message.session
        case .inventoryReport(let message): message.session
        case .commandResponse(let message): message.session
        case .commandFailure(let message): message.session
        case .aiotSessionReleaseComplete(let message): message.session
        case .aiotSessionReleaseRequest(let message): message.session
        default: nil
        }
    }
}
