import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - What comes after a request

extension AIoTF {
    /// Whether another request follows the one at hand at its reader; it sets its target where that changes.
    ///
    /// After a failure (carrier or link lost, reader busy, guard time over) the same is asked for again; else a group is
    /// asked for what is missing while that finds anybody, then its members one by one.
    mutating func plansAnother(_ id: UInt64, afterFailure: Bool) -> Bool {
        guard let run = runs[id], let turn = run.turn, !run.isCancelled else { return false }
        let canRestart = (run.requestsAt[turn.reader] ?? 0) < configuration.largestAttempts
        if run.order.target == .all { return afterFailure && canRestart }
        guard !missingDevices(run).isEmpty else { return false }
        if afterFailure, canRestart, !isFound(run) { return true }
        guard case .group = run.order.target else { return canRestart }
        if !turn.hasPagedSingly, canRestart, turn.fruitless < configuration.largestFruitless { return true }
        return pageNextSingly(id)
    }

    /// A request that found somebody was no vain attempt though its reader gave it up: one whose carrier has to pause is
    /// asked again for as long as that finds anybody.
    mutating func creditProgress(of correlation: Int) {
        guard let request = requests[correlation], let run = runs[request.orderID], let reader = run.turn?.reader,
            run.reported.count > request.foundBefore, let count = run.requestsAt[reader]
        else { return }
        runs[request.orderID]?.requestsAt[reader] = max(0, count - 1)
    }

    private func isFound(_ run: InventoryRun) -> Bool {
        if case .device(let id) = run.target { run.reported.contains(id) } else { false }
    }

    /// A member more than W behind its group's counter hears no group paging: it is paged under its own key.
    private mutating func pageNextSingly(_ id: UInt64) -> Bool {
        guard var run = runs[id], var turn = run.turn else { return false }
        if !turn.hasPagedSingly {
            turn.hasPagedSingly = true
            turn.singles = Array(missingDevices(run).prefix(configuration.largestSingles).reversed())
        }
        var next = turn.singles.popLast()
        while let member = next, run.reported.contains(member) { next = turn.singles.popLast() }
        if let next { run.target = .device(next) }
        run.turn = turn
        runs[id] = run
        return next != nil
    }

    /// The reader has said that the inventory is complete: what is missing may be asked for once more.
    mutating func judgeCompletion(_ request: RequestState) {
        let id = request.orderID
        guard let run = runs[id], let turn = run.turn else { return }
        runs[id]?.completed.insert(turn.reader)
        runs[id]?.turn?.fruitless = run.reported.count > request.foundBefore ? 0 : turn.fruitless + 1
        release(id, isRestart: plansAnother(id, afterFailure: false))
    }

    /// The reader could not take the request on: the page may have been for nothing, but its counter has moved.
    mutating func requestFailed(_ id: UInt64, _ cause: Cause) {
        guard let correlation = runs[id]?.correlation else { return }
        note(cause == .requestedAreaNotServed ? "it does not serve what was asked for" : "it refused (\(cause))", id)
        switch cause {
        case .multipleAIoTSessionIDInstances:
            // One of this name is open there from before a restart of ours.
            release(id, isRestart: plansAnother(id, afterFailure: true))
        case .requestedAreaNotServed:
            forget(correlation)
            released(id, isRestart: false)
        default:
            forget(correlation)
            released(id, isRestart: plansAnother(id, afterFailure: true))
            guard runs[id]?.turn != nil else { return }
            let deadline = now + configuration.retryPause
            runs[id]?.deadline = deadline
        }
    }
}

// MARK: - The end of a request

extension AIoTF {
    /// Why the request at hand does not complete.
    mutating func note(_ cause: String, _ id: UInt64) {
        guard let reader = runs[id]?.turn?.reader else { return }
        runs[id]?.causes[reader] = cause
    }

    /// Ends the request at hand at the reader; then the next one there, or the next reader.
    mutating func release(_ id: UInt64, isRestart: Bool) {
        guard let correlation = runs[id]?.correlation, let connection = requests[correlation]?.connection else {
            return
        }
        let deadline = now + configuration.releaseTime
        runs[id]?.phase = .releasing(isRestart: isRestart)
        runs[id]?.deadline = deadline
        requests[correlation]?.isOpen = false
        sendRelease(of: correlation, to: connection)
    }

    mutating func sendRelease(of correlation: Int, to reader: ReaderID) {
        let session = sessionName(correlation)
        send(.aiotSessionReleaseCommand(AIOTSessionReleaseCommand(session: session, cause: .normalRelease)), to: reader)
    }

    /// The reader has nothing of the request any more.
    mutating func releaseCompleted(_ correlation: Int) {
        guard let request = requests[correlation], !request.isOpen else { return }
        forget(correlation)
        guard let run = runs[request.orderID], run.correlation == correlation,
            case .releasing(let isRestart) = run.phase
        else { return }
        released(request.orderID, isRestart: isRestart)
    }

    /// An order has no request at hand any more.
    mutating func released(_ id: UInt64, isRestart: Bool) {
        runs[id]?.correlation = nil
        runs[id]?.deadline = nil
        runs[id]?.phase = .toRequest
        mayGoOn = true
        guard let run = runs[id] else { return }
        if run.isCancelled { return finish(id) }
        guard !isRestart, let turn = run.turn else { return }
        runs[id]?.asked.insert(turn.reader)
        runs[id]?.turn = nil
        if run.order.target != .all, missingDevices(run).isEmpty { finish(id) }
    }

    /// The reader may still have the request, and messages of its devices: it is told to release it when it is back.
    mutating func orphan(_ correlation: Int?) {
        guard let correlation, requests[correlation] != nil else { return }
        requests[correlation]?.isOpen = false
        requests[correlation]?.connection = nil
        requests[correlation]?.candidates = nil
        orphans.append(correlation)
        forgetSurplus()
    }

    mutating func forgetSurplus() {
        while orphans.count > configuration.orphanLimit, let oldest = orphans.first {
            reject(.forgottenRequest)
            forget(oldest)
        }
    }

    mutating func forget(_ correlation: Int) {
        guard let request = requests.removeValue(forKey: correlation) else { return }
        orphans.removeAll { $0 == correlation }
        if !requests.values.contains(where: { $0.orderID == request.orderID }) { ended[request.orderID] = nil }
        put(.persist(.requestEnded(correlation: correlation)))
    }

    func sessionName(_ correlation: Int) -> AIoTSessionName {
        AIoTSessionName(aiotfIdentifier: configuration.aiotfIdentifier, correlationIdentifier: correlation)
    }
}
