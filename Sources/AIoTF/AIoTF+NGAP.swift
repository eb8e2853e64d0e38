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
        case .inventoryResponse(let message) where isAtHand(message.session, reader): break
        case .inventoryFailure(let message) where isAtHand(message.session, reader): requestFailed(message.cause)
        case .inventoryReport(let message) where isAtHand(message.session, reader): receive(message)
        case .commandResponse(let message) where isAtHand(message.session, reader):
            receive(message.nasPDU, ofDevice: message.ranDeviceNGAPID)
        case .commandFailure(let message) where isAtHand(message.session, reader): commandFailed(message)
        case .aiotSessionReleaseComplete(let message) where isAtHand(message.session, reader):
            if case .releasing(let isRestart) = run?.phase { released(isRestart: isRestart) }
        case .aiotSessionReleaseRequest(let message) where isAtHand(message.session, reader):
            if run?.phase == .active { release(isRestart: plansAnother(afterFailure: true)) }
        case .errorIndication: reject(.errorIndication)
        default:
            if !receiveForOrphan(pdu, from: reader) { reject(.unexpectedNGAP) }
        }
    }

    /// Whether a message is for the request at hand and comes from the reader that has it.
    private func isAtHand(_ session: AIoTSessionName, _ reader: ReaderID) -> Bool {
        guard let request = run?.request else { return false }
        return session == sessionName(request.correlation) && request.reader.id == reader
    }

    /// A reader without A-IoT support, or that broadcasts another PLMN, cannot be served. One that presents itself again
    /// has begun anew.
    private mutating func setUp(_ message: NGSetupRequest, _ reader: ReaderID) {
        lose(reader)
        let servesPLMN = message.supportedTAs.contains { $0.plmns.contains { $0.plmn == configuration.plmn } }
        guard servesPLMN, message.aiotSupport != nil else {
            send(.ngSetupFailure(NGSetupFailure(cause: servesPLMN ? .semanticError : .unknownPLMN)), to: reader)
            return
        }
        readers.append(ConnectedReader(id: reader, globalGNBID: message.globalGNBID))
        send(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: configuration.name,
                    servedGUAMIs: [GUAMI(plmn: configuration.plmn, region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: configuration.plmn, slices: [SNSSAI(sst: 1)])],
                    aiotfIdentifier: configuration.aiotfIdentifier, aiotfName: AIOTFName(visible: configuration.name))),
            to: reader)
        for orphan in orphans where orphan.request.reader.globalGNBID == message.globalGNBID {
            sendRelease(of: orphan.request, to: reader)
        }
    }

    private mutating func receive(_ message: InventoryReport) {
        for device in message.readers.flatMap(\.devices) {
            guard let id = device.ranDeviceNGAPID else {
                reject(.unknownSession)
                continue
            }
            receiveAccessResponse(device.nasPDU, ofDevice: id)
        }
        guard message.inventoryComplete, run?.phase == .active else { return }
        run?.request?.isComplete = true
        goOnIfComplete()
    }

    /// Commands may still be under way when the inventory is complete.
    mutating func goOnIfComplete() {
        guard run?.phase == .active, let request = run?.request, request.isComplete else { return }
        if request.sessions.values.allSatisfy({ $0.phase == .over }) { judgeCompletion() }
    }
}

extension Cause {
    fileprivate static let unknownPLMN = Cause.misc(4)
}
