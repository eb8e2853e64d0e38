import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Step 9: the access response

extension AIoTF {
    mutating func receiveAccessResponse(_ pdu: [UInt8], ofDevice id: UInt32, from reader: ReaderID) {
        guard run?.phase == .active, var request = run?.request else { return reject(.unexpectedNGAP) }
        guard let response = try? NASAccessResponse(decoding: pdu) else { return reject(.undecodableNAS) }
        guard request.candidates.predict(response.flags) else { return reject(.unexpectedFlags) }
        guard request.seenNonce2.insert(response.nonce2).inserted else { return reject(.repeated) }
        let match = request.candidates.match(response)
        run?.request = request
        guard let match else { return reject(.unauthenticated) }
        if let counter = match.returnedCounter {
            resynchronise(match, counter: counter)
        } else {
            accept(match, ofDevice: id, from: reader)
        }
    }

    /// A counter came back: taken under the conditions of `spec/1`, and the procedure restarts at step 3.
    private mutating func resynchronise(_ match: Candidates.Match, counter: UInt32) {
        guard match.isAuthenticated, match.record.configuration.algorithms.hasIntegrity,
            let request = run?.request, run?.resynchronisations ?? 3 < 3
        else { return reject(.counterNotTaken) }
        var isTaken = false
        switch request.target {
        case .device(let id):
            registry.updateDevice(id) { isTaken = $0.resynchronise(deviceCounter: counter) }
            if let state = registry.devices[id]?.counter { put(.persist(.deviceCounter(deviceID: id, state))) }
        case .group(let id):
            registry.updateGroup(id) { isTaken = $0.resynchronise(deviceCounter: counter) }
            if let state = registry.groups[id]?.counter { put(.persist(.groupCounter(groupID: id, state))) }
        case .all: break
        }
        guard isTaken else { return reject(.counterNotTaken) }
        run?.resynchronisations += 1
        release(isRestart: true)
    }

    private mutating func accept(_ match: Candidates.Match, ofDevice id: UInt32, from reader: ReaderID) {
        if match.isAuthenticated { confirmCounter() }
        let deviceID = match.record.id
        if run?.request?.done.contains(deviceID) == true {
            // Its acknowledgement was lost: nothing is told twice, and the reader may acknowledge it.
            sendNothingMore(toDevice: id, reader)
            return
        }
        guard run?.request?.sessions.count ?? 0 < configuration.sessionLimit else { return reject(.tooManySessions) }
        // The device has begun anew: what is left of an exchange before is over.
        for (other, session) in run?.request?.sessions ?? [:] where session.deviceID == deviceID {
            run?.request?.sessions[other]?.phase = .over
        }
        var session = DeviceSession(
            deviceID: deviceID, keys: match.keys, phase: .awaitingIDReport, isAuthenticated: match.isAuthenticated,
            d2rCount: match.d2rCount)
        if match.record.configuration.profile.contains(.networkAuthentication) {
            var cost = CryptoCost()
            put(
                .persist(
                    .session(deviceID: deviceID, nonce1: match.keys.nonce1, nonce2: match.keys.nonce2)))
            let pdu = NASNetworkResponse(nres: match.keys.nres(cost: &cost)).encoded()
            let size = 1 + deviceID.count + match.record.configuration.algorithms.macOctets
            sendCommand(pdu, size: size, &session, ofDevice: id, reader)
            run?.request?.sessions[id] = session
        } else {
            identified(&session, ofDevice: id, reader)
            run?.request?.sessions[id] = session
        }
    }

    /// An authenticated answer confirms the counter that was paged.
    private mutating func confirmCounter() {
        guard let request = run?.request, let counter = request.counter else { return }
        switch request.target {
        case .device(let id):
            registry.updateDevice(id) { $0.confirm(counter) }
            if let state = registry.devices[id]?.counter { put(.persist(.deviceCounter(deviceID: id, state))) }
        case .group(let id):
            registry.updateGroup(id) { $0.confirm(counter) }
            if let state = registry.groups[id]?.counter { put(.persist(.groupCounter(groupID: id, state))) }
        case .all: break
        }
    }
}

// MARK: - Steps 16 and 17, and commands

extension AIoTF {
    /// A Command Response: an ID report, or the answer to a command.
    mutating func receive(_ pdu: [UInt8], ofDevice id: UInt32, from reader: ReaderID) {
        guard var session = run?.request?.sessions[id] else {
            // The answer to "nothing more", for a device that was done.
            if !pdu.isEmpty { reject(.unknownSession) }
            return
        }
        switch session.phase {
        case .awaitingIDReport: receiveIDReport(pdu, &session, ofDevice: id, reader)
        case .awaitingCommandResponse: receiveCommandResponse(pdu, &session)
        case .over: if !pdu.isEmpty { reject(.unexpectedNGAP) }
        }
        run?.request?.sessions[id] = session
        if run?.request?.isComplete == true, isQuiet, run?.phase == .active { judgeCompletion() }
    }

    private mutating func receiveIDReport(
        _ pdu: [UInt8], _ session: inout DeviceSession, ofDevice id: UInt32, _ reader: ReaderID
    ) {
        var cost = CryptoCost()
        guard let report = try? NASIDReport(decoding: pdu),
            let deviceID = session.keys.protection.unprotect(
                report.protectedBlock, count: session.d2rCount, direction: .d2r, cost: &cost),
            deviceID == session.deviceID
        else {
            session.phase = .over
            return reject(.unverified)
        }
        session.d2rCount += 1
        if session.keys.protection.algorithms.hasIntegrity {
            if !session.isAuthenticated { confirmCounter() }
            session.isAuthenticated = true
        }
        identified(&session, ofDevice: id, reader)
    }

    /// The device is known: told to the consumer, or first sent its command.
    private mutating func identified(_ session: inout DeviceSession, ofDevice id: UInt32, _ reader: ReaderID) {
        if let command = run?.order.command, run?.commanded.contains(session.deviceID) == false {
            guard sendOrdered(command, &session, ofDevice: id, reader) else {
                end(&session, .failed)
                return
            }
            return
        }
        end(&session, nil)
        // Without network authentication the access response was the last message: a command had been announced.
        if session.lastPDU.isEmpty { sendNothingMore(toDevice: id, reader) }
    }

    private mutating func sendOrdered(
        _ command: FollowOnCommand, _ session: inout DeviceSession, ofDevice id: UInt32, _ reader: ReaderID
    ) -> Bool {
        var cost = CryptoCost()
        guard let text = try? command.plaintext(),
            let block = session.keys.protection.protect(
                text, count: session.r2dCount, direction: .r2d, cost: &cost),
            let pdu = try? NASCommand(protectedBlock: block).encoded()
        else { return false }
        session.r2dCount += 1
        session.phase = .awaitingCommandResponse
        var data = 0
        if case .read(_, let length) = command { data = Int(length) }
        let size = 2 + data + session.keys.protection.algorithms.macOctets
        sendCommand(pdu, size: size, &session, ofDevice: id, reader)
        return true
    }

    private mutating func receiveCommandResponse(_ pdu: [UInt8], _ session: inout DeviceSession) {
        var cost = CryptoCost()
        guard let response = try? NASCommandResponse(decoding: pdu),
            let text = session.keys.protection.unprotect(
                response.protectedBlock, count: session.d2rCount, direction: .d2r, cost: &cost),
            let content = try? FollowOnResponse(plaintext: text)
        else {
            reject(.unverified)
            end(&session, .failed)
            return
        }
        session.d2rCount += 1
        if session.keys.protection.algorithms.hasIntegrity { session.isAuthenticated = true }
        end(&session, .response(content))
    }

    /// The device is done under this nonce1; told once in an order, however often it was found.
    private mutating func end(_ session: inout DeviceSession, _ outcome: DeviceResult.CommandOutcome?) {
        session.phase = .over
        run?.request?.done.insert(session.deviceID)
        if outcome != nil { run?.commanded.insert(session.deviceID) }
        guard let id = run?.id, run?.reported.insert(session.deviceID).inserted == true else { return }
        put(
            .result(
                orderID: id,
                DeviceResult(
                    deviceID: session.deviceID, authenticated: session.isAuthenticated, command: outcome)))
    }

    /// The reader did not get it through: the same PDU again, or the end of the session.
    mutating func commandFailed(_ message: CommandFailure, _ reader: ReaderID) {
        let id = message.ranDeviceNGAPID
        guard var session = run?.request?.sessions[id], session.phase != .over else { return }
        if message.cause == .noAIoTNASResponse, session.repeats < DeviceSession.repeatLimit {
            session.repeats += 1
            resend(session, ofDevice: id, reader)
        } else if session.phase == .awaitingCommandResponse {
            end(&session, .failed)
        } else {
            session.phase = .over
        }
        run?.request?.sessions[id] = session
        if run?.request?.isComplete == true, isQuiet, run?.phase == .active { judgeCompletion() }
    }

    private mutating func sendCommand(
        _ pdu: [UInt8], size: Int, _ session: inout DeviceSession, ofDevice id: UInt32, _ reader: ReaderID
    ) {
        session.lastPDU = pdu
        session.lastSize = size
        session.repeats = 0
        resend(session, ofDevice: id, reader)
    }

    private mutating func resend(_ session: DeviceSession, ofDevice id: UInt32, _ reader: ReaderID) {
        sendRequest(session.lastPDU, size: session.lastSize, toDevice: id, reader)
    }

    /// An empty NAS PDU: nothing more is due, the reader acknowledges the device (*ours*).
    private mutating func sendNothingMore(toDevice id: UInt32, _ reader: ReaderID) {
        guard run?.request?.hasFollowOn == true else { return }
        sendRequest([], size: nil, toDevice: id, reader)
    }

    private mutating func sendRequest(_ pdu: [UInt8], size: Int?, toDevice id: UInt32, _ reader: ReaderID) {
        guard let correlation = run?.request?.correlation else { return }
        let name = AIoTSessionName(
            aiotfIdentifier: configuration.aiotfIdentifier, correlationIdentifier: correlation)
        send(
            .commandRequest(
                CommandRequest(
                    session: name, ranDeviceNGAPID: id, nasPDU: pdu,
                    expectedD2RMsgSize: size.map { min(max($0, 1), 256) })),
            to: reader)
    }
}
