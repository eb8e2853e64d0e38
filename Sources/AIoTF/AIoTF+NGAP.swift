import AIoTBase
import AIoTSecurity
import NGAP

extension AIoTF {
    /// A PDU that came from a reader. What does not decode is answered with Error Indication, and the link stays up.
    mutating func receive(_ octets: [UInt8], from reader: ReaderID, at time: AirTime) {
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
        case .inventoryResponse(let message) where isAtHand(message.session): break
        case .inventoryFailure(let message) where isAtHand(message.session): requestFailed()
        case .inventoryReport(let message) where isAtHand(message.session): receive(message, from: reader)
        case .commandResponse(let message) where isAtHand(message.session):
            receive(message.nasPDU, ofDevice: message.ranDeviceNGAPID, from: reader)
        case .commandFailure(let message) where isAtHand(message.session):
            commandFailed(message, reader)
        case .aiotSessionReleaseComplete(let message) where isAtHand(message.session):
            if case .releasing(let isRestart) = run?.phase { released(isRestart: isRestart) }
        case .aiotSessionReleaseRequest(let message) where isAtHand(message.session):
            if run?.phase == .active { release(isRestart: canRestart) }
        case .errorIndication: break
        default: reject(.unexpectedNGAP)
        }
    }

    private func isAtHand(_ session: AIoTSessionName) -> Bool {
        session.aiotfIdentifier == configuration.aiotfIdentifier
            && session.correlationIdentifier == run?.request?.correlation
    }

    /// A reader that broadcasts another PLMN cannot be served.
    private mutating func setUp(_ message: NGSetupRequest, _ reader: ReaderID) {
        guard message.supportedTAs.contains(where: { $0.plmns.contains { $0.plmn == configuration.plmn } }) else {
            send(.ngSetupFailure(NGSetupFailure(cause: .misc(4))), to: reader)
            return
        }
        readers.removeAll { $0 == reader }
        readers.append(reader)
        send(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: configuration.name,
                    servedGUAMIs: [GUAMI(plmn: configuration.plmn, region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: configuration.plmn, slices: [SNSSAI(sst: 1)])],
                    aiotfIdentifier: configuration.aiotfIdentifier, aiotfName: AIOTFName(visible: configuration.name))),
            to: reader)
    }

    /// The reader is busy or not ready: the page may have been for nothing, but its counter has moved.
    private mutating func requestFailed() {
        guard run?.phase == .active else { return }
        run?.request = nil
        run?.deadline = nil
        if canRestart { run?.phase = .toRequest } else { finish() }
    }

    private mutating func receive(_ message: InventoryReport, from reader: ReaderID) {
        for device in message.readers.flatMap(\.devices) {
            guard let id = device.ranDeviceNGAPID else {
                reject(.unknownSession)
                continue
            }
            receiveAccessResponse(device.nasPDU, ofDevice: id, from: reader)
        }
        if message.inventoryComplete, run?.phase == .active { completionReported() }
    }

    /// Commands may still be under way when the inventory is complete.
    private mutating func completionReported() {
        run?.request?.isComplete = true
        if isQuiet { judgeCompletion() }
    }

    /// Whether no answer of a device is awaited.
    var isQuiet: Bool {
        run?.request?.sessions.values.allSatisfy { $0.phase == .over } ?? true
    }
}
