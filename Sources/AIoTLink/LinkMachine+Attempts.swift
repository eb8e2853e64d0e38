import AIoTBase

/// Which endpoint is tried when.
///
/// A pass tries every endpoint once, back to back, and begins behind the one that was lost; when all have failed it
/// waits, longer each time, and begins at the most preferred. Only a link that was up for `LinkTimes.good` ends a pass
/// and shortens the waits, so a peer that accepts and closes at once is not called in a hot loop.
extension LinkMachine {
    mutating func open(endpoint: Int, at time: AirTime) {
        current = newAttempt(endpoint: endpoint, at: time)
        phase = .opening
    }

    mutating func opened(_ transport: Int, at time: AirTime) {
        if transport == challenger?.transport {
            challenger?.isOpen = true
            challenger?.deadline = nil
            returnIfPossible(at: time)
        } else if transport == current?.transport, phase == .opening {
            beginSetup(at: time)
        }
    }

    private mutating func beginSetup(at time: AirTime) {
        guard let endpoint = current?.endpoint else { return }
        phase = .settingUp
        current?.deadline = time + times.setup
        order(.tell(.connected(endpoint: endpoint)))
    }

    mutating func closed(_ transport: Int, _ reason: String, at time: AirTime) {
        if transport == challenger?.transport {
            challengerFailed(at: time)
        } else if transport == current?.transport {
            lose(reason, at: time)
        }
    }

    /// Closes the current transport and goes on without it.
    mutating func drop(_ reason: String, at time: AirTime) {
        guard let current else { return }
        order(.close(transport: current.transport, reason: reason))
        lose(reason, at: time)
    }

    private mutating func lose(_ reason: String, at time: AirTime) {
        guard let lost = current else { return }
        let wasGood = settleBackOff(at: time)
        if lost.isReturn, !wasGood { returnBackOff = min(returnBackOff * 2, times.returning * 16) }
        failed.insert(lost.endpoint)
        order(.tell(.down(reason: reason)))
        clear()
        if let challenger {
            self.challenger = nil
            current = challenger
            if challenger.isOpen { beginSetup(at: time) } else { phase = .opening }
            return
        }
        let others = (1..<max(1, endpoints.count)).map { (lost.endpoint + $0) % endpoints.count }
        if let next = others.first(where: { !failed.contains($0) }) {
            open(endpoint: next, at: time)
        } else {
            failed = []
            phase = .waiting(until: time + backOff.next(using: &generator))
        }
    }

    /// Starts the waits and the pass anew where the link that ends now was good; says whether it was.
    private mutating func settleBackOff(at time: AirTime) -> Bool {
        guard case .up(let since) = phase, time - since >= times.good else { return false }
        backOff.reset()
        failed = []
        if current?.isReturn == true { returnBackOff = times.returning }
        return true
    }
}

// MARK: - Return to a more preferred endpoint

extension LinkMachine {
    /// The link is up: where it is on a less preferred endpoint, the others get another chance later.
    mutating func planReturn(at time: AirTime) {
        guard let current, current.endpoint > 0 else { return }
        nextReturn = time + AirDuration(seconds: returnBackOff.seconds * (0.75 + 0.25 * generator.uniform()))
    }

    func challenge(_ endpoint: Int) -> Bool { endpoint < current?.endpoint ?? 0 }

    mutating func challengerFailed(at time: AirTime) {
        guard let failed = challenger else { return }
        challenger = nil
        if challenge(failed.endpoint + 1) {
            challenger = newAttempt(endpoint: failed.endpoint + 1, at: time)
        } else {
            planReturn(at: time)
        }
    }

    /// Goes over where the new transport stands and no exchange is in flight: make before break.
    mutating func returnIfPossible(at time: AirTime) {
        guard case .up = phase, !isBusy, let old = current, var new = challenger, new.isOpen else { return }
        let reason = "returning from \(name(old.endpoint)) to \(name(new.endpoint)), which is preferred"
        _ = settleBackOff(at: time)
        order(.close(transport: old.transport, reason: reason))
        order(.tell(.down(reason: reason)))
        clear()
        challenger = nil
        new.isReturn = true
        current = new
        beginSetup(at: time)
    }
}
