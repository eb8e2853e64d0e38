import AIoTBase
import AIoTSecurity

extension AIoTF {
    /// Goes on from what the store has kept: open orders are carried on; their readers may still have the requests, and
    /// messages in their spools, that the AIoTF before this one had open.
    mutating func restore(_ state: StoredState) {
        lastCorrelation = state.lastCorrelation ?? -1
        for stored in state.orders {
            if stored.isFinished {
                ended[stored.id] = EndedOrder(command: stored.order.command, reported: stored.reported)
            } else {
                open(InventoryRun(stored))
            }
        }
        for stored in state.requests where requests[stored.correlation] == nil {
            requests[stored.correlation] = RequestState(stored, connection: nil)
            orphans.append(stored.correlation)
        }
        for stored in state.sessions {
            requests[stored.correlation]?.storedSessions[stored.ranDeviceNGAPID] = stored
        }
        forgetSurplus()
        for id in arrivals {
            if let run = runs[id], run.order.target != .all, missingDevices(run).isEmpty { finish(id) }
        }
    }

    /// A session from before a restart, made again when the first message for it comes.
    mutating func restoreSession(_ id: UInt32, _ correlation: Int) {
        guard let request = requests[correlation],
            let stored = requests[correlation]?.storedSessions.removeValue(forKey: id),
            let record = registry.devices[stored.deviceID]
        else { return }
        var cost = CryptoCost()
        let kAIoT = Candidates.kAIoT(of: record, kind: request.target.kind, nonce1: stored.nonce1, cost: &cost)
        let keys = SessionKeys(
            kAIoT: kAIoT, nonce1: stored.nonce1, nonce2: stored.nonce2, algorithms: record.configuration.algorithms,
            cost: &cost)
        requests[correlation]?.sessions[id] = DeviceSession(restoring: record, keys: keys)
    }
}

extension InventoryRun {
    fileprivate init(_ stored: StoredOrder) {
        self.init(id: stored.id, order: stored.order)
        reported = stored.reported
        for device in stored.pending where !reported.contains(device.deviceID) { pending[device.deviceID] = device }
    }
}

extension DeviceSession {
    /// As it was when its first R2D message left: no later message is spooled by a reader.
    fileprivate init(restoring record: DeviceRecord, keys: SessionKeys) {
        let configuration = record.configuration
        let hasIDReport = configuration.profile.contains(.networkAuthentication)
        let isProven =
            configuration.profile.contains(.deviceAuthentication)
            || !hasIDReport && configuration.algorithms.hasIntegrity
        self.init(
            deviceID: record.id, keys: keys, isAuthenticated: isProven, d2rCount: hasIDReport ? 0 : 1,
            phase: hasIDReport ? .awaitingIDReport : .awaitingCommandResponse)
    }
}
