import AIoTBase
import AIoTSecurity
import NGAP

extension AIoTF {
    /// What a reader that is back still has of a request whose link was lost: its spool holds the messages after which
    /// it acknowledged devices. They are results while their order is open; nothing is sent for them, it would be late.
    /// - Returns: whether the message was for such a request.
    mutating func receiveForOrphan(_ pdu: NGAPPDU, from reader: ReaderID) -> Bool {
        guard let session = pdu.orphanSession,
            let globalGNBID = readers.first(where: { $0.id == reader })?.globalGNBID,
            let index = orphans.firstIndex(where: {
                session == sessionName($0.request.correlation) && $0.request.reader.globalGNBID == globalGNBID
            })
        else { return false }
        switch pdu {
        case .inventoryReport(let message):
            for device in message.readers.flatMap(\.devices) {
                receiveLateAccessResponse(device.nasPDU, orphan: index)
            }
        case .commandResponse(let message):
            receiveLate(message.nasPDU, ofDevice: message.ranDeviceNGAPID, orphan: index)
        case .aiotSessionReleaseComplete:
            orphans.remove(at: index)
        default: break
        }
        return true
    }

    private mutating func receiveLateAccessResponse(_ pdu: [UInt8], orphan index: Int) {
        guard let response = try? NASAccessResponse(decoding: pdu) else { return reject(.undecodableNAS) }
        guard orphans[index].request.candidates.predict(response.flags) else { return reject(.unexpectedFlags) }
        guard let match = orphans[index].request.candidates.match(response) else { return reject(.unauthenticated) }
        guard match.returnedCounter == nil else { return reject(.late) }
        if match.isAuthenticated { confirmCounter(of: orphans[index].request) }
        guard match.isIdentified else { return reject(.late) }
        reportLate(DeviceSession(match), nil, orderID: orphans[index].orderID)
    }

    private mutating func receiveLate(_ pdu: [UInt8], ofDevice id: UInt32, orphan index: Int) {
        guard var session = orphans[index].request.sessions[id], session.phase != .over else {
            if !pdu.isEmpty { reject(.unknownSession) }
            return
        }
        let isIDReport = session.phase == .awaitingIDReport
        let response = isIDReport ? nil : session.take(commandResponse: pdu)
        guard isIDReport ? session.take(idReport: pdu) : response != nil else { return reject(.unverified) }
        session.phase = .over
        orphans[index].request.sessions[id] = session
        if session.isAuthenticated { confirmCounter(of: orphans[index].request) }
        reportLate(session, response, orderID: orphans[index].orderID)
    }

    /// A device that has its command still to come is left to the next request.
    private mutating func reportLate(_ session: DeviceSession, _ response: FollowOnResponse?, orderID: UInt64) {
        guard run?.id == orderID, response != nil || run?.order.command == nil else { return reject(.late) }
        run?.commandsOut[session.deviceID] = nil
        report(
            DeviceResult(
                deviceID: session.deviceID, authenticated: session.isAuthenticated,
                command: response.map(DeviceResult.CommandOutcome.response)))
    }
}

extension NGAPPDU {
    /// The session that a message from a reader names, where it may still matter after the link was lost.
    fileprivate var orphanSession: AIoTSessionName? {
        switch self {
        case .inventoryReport(let message): message.session
        case .commandResponse(let message): message.session
        case .commandFailure(let message): message.session
        case .aiotSessionReleaseComplete(let message): message.session
        case .aiotSessionReleaseRequest(let message): message.session
        default: nil
        }
    }
}
