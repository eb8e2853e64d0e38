import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Steps 16 and 17, and commands

extension AIoTF {
    /// A Command Response: an ID report, or the answer to a command.
    mutating func receive(_ pdu: [UInt8], ofDevice id: UInt32, _ correlation: Int) {
        restoreSession(id, correlation)
        guard var session = requests[correlation]?.sessions[id] else {
            // The answer to "nothing more", for a device that was done.
            if !pdu.isEmpty { reject(.unknownSession) }
            return
        }
        guard pdu != session.lastTaken else {
            if !pdu.isEmpty { reject(.repeated) }
            return
        }
        switch session.phase {
        case .awaitingIDReport: receiveIDReport(pdu, &session, ofDevice: id, correlation)
        case .awaitingCommandResponse: receiveCommandResponse(pdu, &session, correlation)
        case .over: if !pdu.isEmpty { reject(.unexpectedNAS) }
        }
        requests[correlation]?.sessions[id] = session
        goOnIfComplete(correlation)
    }

    private mutating func receiveIDReport(
        _ pdu: [UInt8], _ session: inout DeviceSession, ofDevice id: UInt32, _ correlation: Int
    ) {
        guard session.take(idReport: pdu) else {
            if requests[correlation]?.isOpen == true { session.phase = .over }
            return reject(.unverified)
        }
        if session.isAuthenticated { confirmCounter(correlation) }
        identified(&session, ofDevice: id, correlation)
    }

    private mutating func receiveCommandResponse(
        _ pdu: [UInt8], _ session: inout DeviceSession, _ correlation: Int
    ) {
        if let response = session.take(commandResponse: pdu) {
            if session.isAuthenticated { confirmCounter(correlation) }
            return end(&session, .response(response), correlation)
        }
        reject(.unverified)
        if requests[correlation]?.isOpen == true { end(&session, .failed, correlation) }
    }

    /// The device is known: told to the consumer, or first sent its command.
    mutating func identified(_ session: inout DeviceSession, ofDevice id: UInt32, _ correlation: Int) {
        guard let orderID = requests[correlation]?.orderID else { return }
        guard let command = commandDue(session.deviceID, orderID: orderID) else {
            return endQuietly(&session, nil, ofDevice: id, correlation)
        }
        let hasLeft = runs[orderID]?.pending[session.deviceID]?.commandHasLeft ?? false
        var pending = PendingDevice(
            deviceID: session.deviceID, authenticated: session.isAuthenticated, commandHasLeft: hasLeft)
        guard requests[correlation]?.isOpen == true else {
            session.phase = .over
            return note(pending, orderID: orderID)
        }
        guard !hasLeft || command.mayBeSentInAnotherSession, let made = session.make(command) else {
            return endQuietly(&session, .failed, ofDevice: id, correlation)
        }
        pending.commandHasLeft = true
        note(pending, orderID: orderID)
        sendCommand(made.pdu, size: made.size, &session, ofDevice: id, correlation)
    }

    /// Without network authentication the access response was the last message, though a Command Request may have been
    /// announced: then the reader is told that none comes.
    private mutating func endQuietly(
        _ session: inout DeviceSession, _ outcome: DeviceResult.CommandOutcome?, ofDevice id: UInt32,
        _ correlation: Int
    ) {
        end(&session, outcome, correlation)
        if session.lastPDU.isEmpty { sendNothingMore(toDevice: id, correlation) }
    }

    /// The device is done under this nonce1; told once in an order, however often it was found.
    private mutating func end(
        _ session: inout DeviceSession, _ outcome: DeviceResult.CommandOutcome?, _ correlation: Int
    ) {
        session.phase = .over
        guard let orderID = requests[correlation]?.orderID else { return }
        requests[correlation]?.done.insert(session.deviceID)
        report(
            DeviceResult(deviceID: session.deviceID, authenticated: session.isAuthenticated, command: outcome),
            orderID: orderID)
    }

    /// The reader did not get it through: the same PDU again, or the end of the session. A command that may be sent in
    /// another session waits for one where this session is lost.
    mutating func commandFailed(_ message: CommandFailure, _ correlation: Int) {
        let id = message.ranDeviceNGAPID
        guard requests[correlation]?.isOpen == true, let orderID = requests[correlation]?.orderID,
            var session = requests[correlation]?.sessions[id], session.phase != .over
        else { return }
        let isUnanswered = message.cause == .noAIoTNASResponse
        let mayBeSentAgain = runs[orderID]?.order.command?.mayBeSentInAnotherSession == true
        if isUnanswered, session.repeats < DeviceSession.repeatLimit {
            session.repeats += 1
            sendRequest(session.lastPDU, size: session.lastSize, toDevice: id, correlation)
        } else if session.phase == .awaitingCommandResponse, isUnanswered || !mayBeSentAgain {
            end(&session, .failed, correlation)
        } else {
            session.phase = .over
        }
        requests[correlation]?.sessions[id] = session
        goOnIfComplete(correlation)
    }

    /// A new PDU for a device. The session is stored before its first one leaves, so that the answer verifies also after
    /// a restart.
    mutating func sendCommand(
        _ pdu: [UInt8], size: Int, _ session: inout DeviceSession, ofDevice id: UInt32, _ correlation: Int
    ) {
        if session.lastPDU.isEmpty {
            let stored = StoredSession(
                correlation: correlation, ranDeviceNGAPID: id, deviceID: session.deviceID,
                nonce1: session.keys.nonce1, nonce2: session.keys.nonce2)
            put(.persist(.session(stored)))
        }
        session.lastPDU = pdu
        session.lastSize = size
        session.repeats = 0
        sendRequest(pdu, size: size, toDevice: id, correlation)
    }

    /// An empty NAS PDU: nothing more is due, the reader acknowledges the device (*ours*).
    mutating func sendNothingMore(toDevice id: UInt32, _ correlation: Int) {
        guard requests[correlation]?.isOpen == true, requests[correlation]?.hasFollowOn == true else { return }
        sendRequest([], size: nil, toDevice: id, correlation)
    }

    private mutating func sendRequest(_ pdu: [UInt8], size: Int?, toDevice id: UInt32, _ correlation: Int) {
        guard let connection = requests[correlation]?.connection else { return }
        send(
            .commandRequest(
                CommandRequest(
                    session: sessionName(correlation), ranDeviceNGAPID: id, nasPDU: pdu,
                    expectedD2RMsgSize: size.map { min(max($0, 1), 256) })),
            to: connection)
    }
}
