import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Step 9: the access response

extension AIoTF {
    mutating func receiveAccessResponse(_ pdu: [UInt8], ofDevice id: UInt32, _ correlation: Int) {
        guard let response = try? NASAccessResponse(decoding: pdu) else { return reject(.undecodableNAS) }
        prepareCandidates(correlation)
        guard requests[correlation]?.candidates?.predict(response.flags) == true else {
            return reject(.unexpectedFlags)
        }
        guard requests[correlation]?.seenNonce2.contains(response.nonce2) == false else { return reject(.repeated) }
        let taken = requests[correlation]?.seenNonce2.count ?? 0
        guard taken < configuration.sessionLimit else { return reject(.tooManySessions) }
        guard let match = requests[correlation]?.candidates?.match(response) else { return reject(.unauthenticated) }
        requests[correlation]?.seenNonce2.insert(response.nonce2)
        if requests[correlation]?.done.contains(match.record.id) == true {
            if match.isAuthenticated, match.returnedCounter == nil { confirmCounter(correlation) }
            // Its acknowledgement was lost: nothing is told twice, and the reader may acknowledge it.
            sendNothingMore(toDevice: id, correlation)
        } else if let counter = match.returnedCounter {
            resynchronise(match, counter: counter, correlation)
        } else {
            accept(match, ofDevice: id, correlation)
        }
    }

    /// Made before a request leaves, as it takes a second or so for many devices; again when an answer comes late.
    private mutating func prepareCandidates(_ correlation: Int) {
        guard requests[correlation]?.candidates == nil, let request = requests[correlation] else { return }
        let candidates = Candidates(
            records(for: request.target), kind: request.target.kind, nonce1: request.nonce1)
        requests[correlation]?.candidates = candidates
    }

    /// A counter came back: taken under the conditions of `spec/1`, and the procedure restarts at step 3.
    private mutating func resynchronise(_ match: Candidates.Match, counter: UInt32, _ correlation: Int) {
        guard let request = requests[correlation], request.isOpen, let run = runs[request.orderID] else {
            return reject(.late)
        }
        guard match.isAuthenticated, request.counter != nil, match.record.configuration.algorithms.hasIntegrity,
            run.resynchronisations < Self.resynchronisationLimit,
            changeCounter(of: request.target, { state, _ in state.resynchronise(deviceCounter: counter) })
        else { return reject(.counterNotTaken) }
        runs[run.id]?.resynchronisations += 1
        release(run.id, isRestart: true)
    }

    /// Returned counters that one order takes (`spec/1 "Messages"`).
    private static let resynchronisationLimit = 3

    /// A request that finds devices may go on: 100,000 of them take longer than the guard time.
    private mutating func moveDeadline(of request: RequestState?) {
        guard let request, request.isOpen, runs[request.orderID]?.phase == .active else { return }
        let deadline = now + configuration.guardTime
        runs[request.orderID]?.deadline = deadline
    }

    private mutating func accept(_ match: Candidates.Match, ofDevice id: UInt32, _ correlation: Int) {
        if match.isAuthenticated { confirmCounter(correlation) }
        moveDeadline(of: requests[correlation])
        let configuration = match.record.configuration
        let hasIDReport = configuration.profile.contains(.networkAuthentication)
        // No network response leaves any more, and the device waits for it in vain.
        if hasIDReport, requests[correlation]?.isOpen != true { return reject(.late) }
        var session = DeviceSession(
            deviceID: match.record.id, keys: match.keys, isAuthenticated: match.isAuthenticated,
            d2rCount: match.d2rCount)
        // The device has begun anew: what is left of an exchange before is over.
        if let before = requests[correlation]?.sessionNames.updateValue(id, forKey: session.deviceID) {
            requests[correlation]?.sessions[before]?.phase = .over
        }
        if hasIDReport {
            var cost = CryptoCost()
            let pdu = NASNetworkResponse(nres: match.keys.nres(cost: &cost)).encoded()
            let size = 1 + session.deviceID.count + configuration.algorithms.macOctets
            sendCommand(pdu, size: size, &session, ofDevice: id, correlation)
        } else {
            identified(&session, ofDevice: id, correlation)
        }
        requests[correlation]?.sessions[id] = session
    }

    /// An authenticated answer confirms the counter that was paged.
    mutating func confirmCounter(_ correlation: Int) {
        guard let request = requests[correlation], let counter = request.counter else { return }
        _ = changeCounter(of: request.target) { $0.confirm(counter, window: $1) }
    }

    /// Changes the counter of a target's key; a change is stored.
    /// - Parameter change: given the counter and its window; whether it has changed anything.
    private mutating func changeCounter(
        of target: InventoryTarget, _ change: (inout CounterState, UInt32) -> Bool
    ) -> Bool {
        var isChanged = false
        switch target {
        case .device(let id):
            let window = registry.devices[id]?.configuration.counterWindow ?? 0
            registry.updateDevice(id) { isChanged = change(&$0, window) }
            if isChanged, let state = registry.devices[id]?.counter {
                put(.persist(.deviceCounter(deviceID: id, state)))
            }
        case .group(let id):
            let window = registry.groups[id]?.configuration.counterWindow ?? 0
            registry.updateGroup(id) { isChanged = change(&$0, window) }
            if isChanged, let state = registry.groups[id]?.counter {
                put(.persist(.groupCounter(groupID: id, state)))
            }
        case .all: break
        }
        return isChanged
    }
}
