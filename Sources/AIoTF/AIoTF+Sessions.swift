import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Steps 16 and 17, and commands

extension AIoTF {
    /// A Command Response: an ID report, or the answer to a command.
    mutating func receive(_ pdu: [UInt8], ofDevice id: UInt32) {
        guard var session = run?.request?.sessions[id] else {
            // The answer to "nothing more", for a device that was done.
            if !pdu.isEmpty { reject(.unknownSession) }
            return
        }
        guard pdu != session.lastTaken else {
            if !pdu.isEmpty { reject(.repeated) }
            return
        }
        switch session.phase {
        case .awaitingIDReport: receiveIDReport(pdu, &session, ofDevice: id)
        case .awaitingCommandResponse: receiveCommandResponse(pdu, &session)
        case .over: if !pdu.isEmpty { reject(.unexpectedNAS) }
        }
        run?.request?.sessions[id] = session
        goOnIfComplete()
    }

    private mutating func receiveIDReport(_ pdu: [UInt8], _ session: inout DeviceSession, ofDevice id: UInt32) {
        let wasAuthenticated = session.isAuthenticated
        guard session.take(idReport: pdu) else {
            session.phase = .over
            return reject(.unverified)
        }
        if session.isAuthenticated, !wasAuthenticated { confirmCounter() }
        identified(&session, ofDevice: id)
    }

    private mutating func receiveCommandResponse(_ pdu: [UInt8], _ session: inout DeviceSession) {
        guard let response = session.take(commandResponse: pdu) else {
            reject(.unverified)
            return end(&session, .failed)
        }
        end(&session, .response(response))
    }

    /// The device is known: told to the consumer, or first sent its command.
    mutating func identified(_ session: inout DeviceSession, ofDevice id: UInt32) {
        let command = run?.reported.contains(session.deviceID) == true ? nil : run?.order.command
        guard let command else { return endQuietly(&session, nil, ofDevice: id) }
        let isOut = run?.commandsOut[session.deviceID] != nil
        guard run?.phase == .active else {
            // Released: another request will find the device and send its command.
            session.phase = .over
            return
        }
        guard !isOut || command.mayBeSentInAnotherSession, let made = session.make(command) else {
            return endQuietly(&session, .failed, ofDevice: id)
        }
        run?.commandsOut[session.deviceID] = session.isAuthenticated
        sendCommand(made.pdu, size: made.size, &session, ofDevice: id)
    }

    /// Without network authentication the access response was the last message, though a Command Request may have been
    /// announced: then the reader is told that none comes.
    private mutating func endQuietly(
        _ session: inout DeviceSession, _ outcome: DeviceResult.CommandOutcome?, ofDevice id: UInt32
    ) {
        end(&session, outcome)
        if session.lastPDU.isEmpty { sendNothingMore(toDevice: id) }
    }

    /// The device is done under this nonce1; told once in an order, however often it was found.
    private mutating func end(_ session: inout DeviceSession, _ outcome: DeviceResult.CommandOutcome?) {
        session.phase = .over
        run?.request?.done.insert(session.deviceID)
        run?.commandsOut[session.deviceID] = nil
        report(
            DeviceResult(deviceID: session.deviceID, authenticated: session.isAuthenticated, command: outcome))
    }

    /// The reader did not get it through: the same PDU again, or the end of the session. A command that may be sent in
    /// another session waits for one where this session is lost.
    mutating func commandFailed(_ message: CommandFailure) {
        let id = message.ranDeviceNGAPID
        guard var session = run?.request?.sessions[id], session.phase != .over else { return }
        let isUnanswered = message.cause == .noAIoTNASResponse
        if isUnanswered, session.repeats < DeviceSession.repeatLimit, run?.phase == .active {
            session.repeats += 1
            sendRequest(session.lastPDU, size: session.lastSize, toDevice: id)
        } else if session.phase == .awaitingCommandResponse,
            isUnanswered || run?.order.command?.mayBeSentInAnotherSession != true
        {
            end(&session, .failed)
        } else {
            session.phase = .over
        }
        run?.request?.sessions[id] = session
        goOnIfComplete()
    }

    mutating func sendCommand(
        _ pdu: [UInt8], size: Int, _ session: inout DeviceSession, ofDevice id: UInt32
    ) {
        session.lastPDU = pdu
        session.lastSize = size
        session.repeats = 0
        sendRequest(pdu, size: size, toDevice: id)
    }

    /// An empty NAS PDU: nothing more is due, the reader acknowledges the device (*ours*).
    mutating func sendNothingMore(toDevice id: UInt32) {
        guard run?.phase == .active, run?.request?.hasFollowOn == true else { return }
        sendRequest([], size: nil, toDevice: id)
    }

    private mutating func sendRequest(_ pdu: [UInt8], size: Int?, toDevice id: UInt32) {
        guard let request = run?.request else { return }
        send(
            .commandRequest(
                CommandRequest(
                    session: sessionName(request.correlation), ranDeviceNGAPID: id, nasPDU: pdu,
                    expectedD2RMsgSize: size.map { min(max($0, 1), 256) })),
            to: request.reader.id)
    }
}
