import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Taking orders

extension AIoTF {
    mutating func take(_ order: InventoryOrder, id: UInt64) {
        guard runs[id] == nil else { return }
        if let refusal = refusal(of: order) {
            put(.finished(orderID: id, InventorySummary(found: 0, missing: [], requests: 0, refusal: refusal)))
            return
        }
        put(.persist(.orderOpened(id: id, order)))
        open(InventoryRun(id: id, order: order))
    }

    mutating func open(_ run: InventoryRun) {
        runs[run.id] = run
        arrivals.append(run.id)
        mayGoOn = true
    }

    private func refusal(of order: InventoryOrder) -> RegistryError? {
        if runs.values.count(where: { $0.correlation == nil }) >= configuration.queueLimit { return .queueFull }
        if !order.scope.isUsable { return .unusableScope }
        let records = self.records(for: order.target)
        switch order.target {
        case .device(let id): if records.isEmpty { return .unknownDevice(id) }
        case .group(let id): if registry.groups[id] == nil { return .unknownGroup(id) }
        case .all: break
        }
        guard !records.isEmpty else { return .noDevices }
        for record in records {
            if let refusal = record.configuration.refusals(for: order.target.kind).first { return .refused(refusal) }
            if order.command != nil, !record.configuration.profile.contains(.followOnCommands) { return .commandsOff }
        }
        do {
            // What the longest MAC leaves room for, so that no device's command is refused later.
            let octets = try order.command?.plaintext() ?? [0]
            let mac = records.map(\.configuration.algorithms.macOctets).max() ?? 0
            _ = try NASCommand(protectedBlock: octets + [UInt8](repeating: 0, count: mac)).encoded()
        } catch {
            return .command(error)
        }
        return nil
    }

    /// The devices that a target means.
    func records(for target: InventoryTarget) -> [DeviceRecord] {
        switch target {
        case .device(let id): registry.devices[id].map { [$0] } ?? []
        case .group(let id): registry.groups[id]?.members.compactMap { registry.devices[$0] } ?? []
        case .all: registry.deviceIDs.compactMap { registry.devices[$0] }
        }
    }

    /// The devices that an order means by name or group and that have not been told yet.
    func missingDevices(_ run: InventoryRun) -> [[UInt8]] {
        guard run.order.target != .all else { return [] }
        return records(for: run.order.target).map(\.id).filter { !run.reported.contains($0) }
    }
}

// MARK: - What comes of them

extension AIoTF {
    /// The order ends as soon as the reader has let its request go.
    mutating func cancel(_ id: UInt64) {
        runs[id]?.isCancelled = true
        switch runs[id]?.phase {
        case .toRequest: finish(id)
        case .active: release(id, isRestart: false)
        case .releasing, nil: break
        }
    }

    mutating func finish(_ id: UInt64) {
        // What a command did is not known where its answer was lost with the session, and no other was had.
        let pending = runs[id]?.pending.values.sorted { $0.deviceID.lexicographicallyPrecedes($1.deviceID) } ?? []
        for device in pending { report(device.failure, orderID: id) }
        guard let run = runs.removeValue(forKey: id) else { return }
        arrivals.removeAll { $0 == id }
        if requests.values.contains(where: { $0.orderID == id }) {
            ended[id] = EndedOrder(command: run.order.command, reported: run.reported)
        }
        var summary = InventorySummary(
            found: run.reported.count, missing: missingDevices(run), requests: run.requests, refusal: nil)
        if run.order.target == .all || !summary.missing.isEmpty { summary.failures = failures(run) }
        put(.finished(orderID: id, summary))
    }

    private func failures(_ run: InventoryRun) -> [ReaderFailure] {
        run.causes.filter { !run.completed.contains($0.key) }
            .map { ReaderFailure(gnbID: $0.key.globalGNBID.gnbID, name: $0.key.name, cause: $0.value) }
            .sorted { ($0.gnbID, $0.name ?? "") < ($1.gnbID, $1.name ?? "") }
    }

    /// Tells the consumer of a device, once in an order.
    mutating func report(_ result: DeviceResult, orderID: UInt64) {
        runs[orderID]?.pending[result.deviceID] = nil
        let isNew =
            runs[orderID]?.reported.insert(result.deviceID).inserted
            ?? ended[orderID]?.reported.insert(result.deviceID).inserted
        if isNew == true { put(.result(orderID: orderID, result)) }
    }

    /// A device is there, and its command has no outcome yet: it will be found again, or its command has failed when
    /// its order ends.
    mutating func note(_ device: PendingDevice, orderID: UInt64) {
        guard runs[orderID] != nil else { return report(device.failure, orderID: orderID) }
        guard runs[orderID]?.pending.updateValue(device, forKey: device.deviceID) != device else { return }
        put(.persist(.pending(orderID: orderID, device)))
    }

    /// The command that a device is still to be sent for an order.
    func commandDue(_ deviceID: [UInt8], orderID: UInt64) -> FollowOnCommand? {
        guard let run = runs[orderID] else {
            return ended[orderID].flatMap { $0.reported.contains(deviceID) ? nil : $0.command }
        }
        return run.reported.contains(deviceID) ? nil : run.order.command
    }
}

extension PendingDevice {
    fileprivate var failure: DeviceResult {
        DeviceResult(deviceID: deviceID, authenticated: authenticated, command: .failed)
    }
}
