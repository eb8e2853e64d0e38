import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - What comes after a request

extension AIoTF {
    private var canRestart: Bool {
        guard let run else { return false }
        return run.requests < configuration.largestAttempts
    }

    /// Whether another request follows the one at hand; it sets its target where that changes.
    ///
    /// After a failure (carrier or link lost, reader busy, guard time over) the same is asked for again; else a group is
    /// asked for what is missing while that finds anybody, then its members one by one.
    mutating func plansAnother(afterFailure: Bool) -> Bool {
        guard let run else { return false }
        if run.order.target == .all { return afterFailure && canRestart }
        guard !missingDevices(run).isEmpty else { return false }
        if afterFailure, canRestart, !isFound(run.target) { return true }
        guard case .group = run.order.target else { return canRestart }
        if !run.hasPagedSingly, canRestart, run.fruitless < configuration.largestFruitless { return true }
        return pageNextSingly()
    }

    private func isFound(_ target: InventoryTarget) -> Bool {
        if case .device(let id) = target { run?.reported.contains(id) == true } else { false }
    }

    /// A member more than W behind its group's counter hears no group paging: it is paged under its own key.
    private mutating func pageNextSingly() -> Bool {
        guard var run else { return false }
        defer { self.run = run }
        if !run.hasPagedSingly {
            run.hasPagedSingly = true
            run.singles = Array(missingDevices(run).prefix(configuration.largestSingles).reversed())
        }
        while let next = run.singles.popLast() {
            guard !run.reported.contains(next) else { continue }
            run.target = .device(next)
            return true
        }
        return false
    }

    private func missingDevices(_ run: InventoryRun) -> [[UInt8]] {
        guard run.order.target != .all else { return [] }
        return records(for: run.order.target).map(\.id).filter { !run.reported.contains($0) }
    }

    /// The reader has said that the inventory is complete: what is missing may be asked for once more.
    mutating func judgeCompletion() {
        guard let run, let request = run.request else { return }
        self.run?.fruitless = run.reported.count > request.foundBefore ? 0 : run.fruitless + 1
        release(isRestart: plansAnother(afterFailure: false))
    }

    /// The reader could not take the request on: the page may have been for nothing, but its counter has moved.
    mutating func requestFailed(_ cause: Cause) {
        guard run?.phase == .active else { return }
        switch cause {
        case .requestedAreaNotServed:
            run?.request = nil
            finish()
        case .multipleAIoTSessionIDInstances:
            // One of this name is open there from before a restart of ours.
            release(isRestart: plansAnother(afterFailure: true))
        default:
            run?.request = nil
            run?.phase = .toRequest
            let deadline = now + configuration.retryPause
            run?.deadline = deadline
            if !plansAnother(afterFailure: true) { finish() }
        }
    }
}

// MARK: - The end of a request

extension AIoTF {
    /// Ends the request at hand at the reader; then the next one, or the end of the order.
    mutating func release(isRestart: Bool) {
        guard let request = run?.request else {
            finish()
            return
        }
        run?.phase = .releasing(isRestart: isRestart)
        let deadline = now + configuration.releaseTime
        run?.deadline = deadline
        sendRelease(of: request, to: request.reader.id)
    }

    mutating func sendRelease(of request: RequestState, to reader: ReaderID) {
        let session = sessionName(request.correlation)
        send(.aiotSessionReleaseCommand(AIOTSessionReleaseCommand(session: session, cause: .normalRelease)), to: reader)
    }

    /// The request at hand has been released.
    mutating func released(isRestart: Bool) {
        run?.request = nil
        run?.deadline = nil
        if isRestart { run?.phase = .toRequest } else { finish() }
    }

    /// The reader has not confirmed the release: it is told again when it comes back.
    private mutating func orphan() {
        guard let run, let request = run.request else { return }
        orphans.append(OrphanedRequest(orderID: run.id, request: request))
        orphans.removeFirst(max(0, orphans.count - configuration.orphanLimit))
    }

    mutating func releaseUnanswered(isRestart: Bool) {
        orphan()
        released(isRestart: isRestart)
    }

    /// The link to a reader is gone, or begins anew; what it was doing is asked for again.
    mutating func lose(_ reader: ReaderID) {
        readers.removeAll { $0.id == reader }
        guard let run, run.request?.reader.id == reader else { return }
        orphan()
        if case .releasing(let isRestart) = run.phase {
            released(isRestart: isRestart)
        } else {
            released(isRestart: plansAnother(afterFailure: true))
        }
    }

    mutating func finish() {
        guard let ended = run else { return }
        // What a command did is not known where its answer was lost with the session, and no other was had.
        for (deviceID, isAuthenticated) in ended.commandsOut.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            report(DeviceResult(deviceID: deviceID, authenticated: isAuthenticated, command: .failed))
        }
        guard let run else { return }
        self.run = nil
        put(
            .finished(
                orderID: run.id,
                InventorySummary(
                    found: run.reported.count, missing: missingDevices(run), requests: run.requests, refusal: nil)))
    }

    /// Tells the consumer of a device, once in an order.
    mutating func report(_ result: DeviceResult) {
        guard let id = run?.id, run?.reported.insert(result.deviceID).inserted == true else { return }
        put(.result(orderID: id, result))
    }

    func sessionName(_ correlation: Int) -> AIoTSessionName {
        AIoTSessionName(aiotfIdentifier: configuration.aiotfIdentifier, correlationIdentifier: correlation)
    }

    mutating func send(_ pdu: NGAPPDU, to reader: ReaderID) {
        guard let octets = try? pdu.encoded() else {
            assertionFailure("a PDU of ours cannot be encoded: \(pdu)")
            reject(.unencodable)
            return
        }
        put(.send(reader, octets))
    }
}
