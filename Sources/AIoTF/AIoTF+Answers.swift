import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Step 9: the access response

extension AIoTF {
    mutating func receiveAccessResponse(_ pdu: [UInt8], ofDevice id: UInt32) {
        guard run?.phase == .active else { return reject(.late) }
        guard let response = try? NASAccessResponse(decoding: pdu) else { return reject(.undecodableNAS) }
        guard run?.request?.candidates.predict(response.flags) == true else { return reject(.unexpectedFlags) }
        guard run?.request?.seenNonce2.contains(response.nonce2) == false else { return reject(.repeated) }
        guard run?.request?.seenNonce2.count ?? 0 < configuration.sessionLimit else { return reject(.tooManySessions) }
        guard let match = run?.request?.candidates.match(response) else { return reject(.unauthenticated) }
        run?.request?.seenNonce2.insert(response.nonce2)
        if isDone(match.record.id) {
            if match.isAuthenticated, match.returnedCounter == nil { confirmCounter() }
            // Its acknowledgement was lost: nothing is told twice, and the reader may acknowledge it.
            sendNothingMore(toDevice: id)
        } else if let counter = match.returnedCounter {
            resynchronise(match, counter: counter)
        } else {
            accept(match, ofDevice: id)
        }
    }

    private func isDone(_ deviceID: [UInt8]) -> Bool { run?.request?.done.contains(deviceID) == true }

    /// A counter came back: taken under the conditions of `spec/1`, and the procedure restarts at step 3.
    private mutating func resynchronise(_ match: Candidates.Match, counter: UInt32) {
        guard match.isAuthenticated, match.record.configuration.algorithms.hasIntegrity, let run,
            run.resynchronisations < Self.resynchronisationLimit,
            changeCounter(of: run.target, { $0.resynchronise(deviceCounter: counter) })
        else { return reject(.counterNotTaken) }
        self.run?.resynchronisations += 1
        release(isRestart: true)
    }

    /// Returned counters that one order takes (`spec/1 "Messages"`).
    private static let resynchronisationLimit = 3

    private mutating func accept(_ match: Candidates.Match, ofDevice id: UInt32) {
        if match.isAuthenticated { confirmCounter() }
        let deviceID = match.record.id
        // The device has begun anew: what is left of an exchange before is over.
        if let before = run?.request?.sessionNames.updateValue(id, forKey: deviceID) {
            run?.request?.sessions[before]?.phase = .over
        }
        var session = DeviceSession(match)
        if match.record.configuration.profile.contains(.networkAuthentication) {
            var cost = CryptoCost()
            put(
                .persist(
                    .session(
                        StoredSession(
                            correlation: run?.request?.correlation ?? 0, ranDeviceNGAPID: id, deviceID: deviceID,
                            nonce1: match.keys.nonce1, nonce2: match.keys.nonce2))))
            let pdu = NASNetworkResponse(nres: match.keys.nres(cost: &cost)).encoded()
            let size = 1 + deviceID.count + match.record.configuration.algorithms.macOctets
            sendCommand(pdu, size: size, &session, ofDevice: id)
        } else {
            identified(&session, ofDevice: id)
        }
        run?.request?.sessions[id] = session
    }

    /// An authenticated answer confirms the counter that was paged.
    mutating func confirmCounter() {
        if let request = run?.request { confirmCounter(of: request) }
    }

    mutating func confirmCounter(of request: RequestState) {
        guard let counter = request.counter else { return }
        _ = changeCounter(of: request.target) { $0.confirm(counter) }
    }

    /// Changes the counter of a target's key; a change is stored.
    /// - Parameter change: whether it has changed anything.
    private mutating func changeCounter(of target: InventoryTarget, _ change: (inout CounterState) -> Bool) -> Bool {
        var isChanged = false
        switch target {
        case .device(let id):
            registry.updateDevice(id) { isChanged = change(&$0) }
            if isChanged, let state = registry.devices[id]?.counter {
                put(.persist(.deviceCounter(deviceID: id, state)))
            }
        case .group(let id):
            registry.updateGroup(id) { isChanged = change(&$0) }
            if isChanged, let state = registry.groups[id]?.counter {
                put(.persist(.groupCounter(groupID: id, state)))
            }
        case .all: break
        }
        return isChanged
    }
}
