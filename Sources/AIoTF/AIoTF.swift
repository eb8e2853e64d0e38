package import AIoTBase
package import AIoTSecurity
import NGAP

/// How this AIoTF works.
package struct AIoTFConfiguration: Hashable, Sendable {
    package var aiotfIdentifier: [UInt8] = [0xA1]
    package var name = "aiotf-1"
    /// 3 octets.
    package var plmn: [UInt8] = [0x00, 0xF1, 0x10]
    /// Inventory Requests for one order at most; those for single members that a group paging missed do not count.
    package var largestAttempts = 6
    /// Group requests in a row that find nobody new before the group counts as searched.
    package var largestFruitless = 2
    /// Members paged singly at most, when a group's pagings did not reach them.
    package var largestSingles = 32
    /// How long a request may take before it is released.
    package var guardTime = AirDuration.milliseconds(600_000)
    /// How long the answer to a Release Command is waited for.
    package var releaseTime = AirDuration.milliseconds(10_000)
    /// Pause before a reader that could not take a request on is asked again.
    package var retryPause = AirDuration.milliseconds(1_000)
    /// Orders that may wait.
    package var queueLimit = 64
    /// Access responses of one request that may open a session.
    package var sessionLimit = 65_536
    /// Requests remembered whose link was lost before they ended.
    package var orphanLimit = 16

    package init() {}
}

/// The reference AIoTF's decisions: holds keys, runs the procedure, without input or output of its own.
///
/// One order at a time is carried out, on the first reader that has set up its link.
package struct AIoTF: Sendable {
    package let configuration: AIoTFConfiguration
    package internal(set) var registry: Registry
    /// Why answers were not taken.
    package internal(set) var rejected: [RejectReason: Int] = [:]

    var generator: any RandomNumberGenerator & Sendable
    /// Readers whose NG Setup is through, in order.
    var readers: [ConnectedReader] = []
    var queue: [InventoryRun] = []
    var run: InventoryRun?
    /// Requests that may still go on at a reader whose link was lost; released when it is back.
    var orphans: [OrphanedRequest] = []
    var lastCorrelation = -1
    /// The time of the event at hand.
    var now = AirTime.zero
    private var actions: [AIoTFAction] = []
    private var firstAction = 0

    package init(
        configuration: AIoTFConfiguration = AIoTFConfiguration(), registry: Registry,
        restoring state: StoredState = StoredState(), generator: any RandomNumberGenerator & Sendable
    ) {
        self.configuration = configuration
        self.registry = registry
        self.generator = generator
    }

    /// Takes in something that happened; never fails: what a peer got wrong is dropped and counted.
    package mutating func handle(_ event: AIoTFEvent, at time: AirTime) {
        now = time
        switch event {
        case .readerConnected(let reader), .readerDisconnected(let reader): lose(reader)
        case .received(let reader, let octets): receive(octets, from: reader)
        case .inventoryOrdered(let order, let id): take(order, id: id)
        case .orderCancelled: break
        }
        goOn()
    }

    /// Ends what has taken too long.
    package mutating func advance(to time: AirTime) {
        now = time
        if let phase = run?.phase, let deadline = run?.deadline, deadline <= time {
            run?.deadline = nil
            switch phase {
            case .toRequest: break
            case .active: release(isRestart: plansAnother(afterFailure: true))
            case .releasing(let isRestart): releaseUnanswered(isRestart: isRestart)
            }
        }
        goOn()
    }

    /// When `advance` is due at the latest.
    package var nextDeadline: AirTime? { run?.deadline }

    package mutating func nextAction() -> AIoTFAction? {
        guard firstAction < actions.count else {
            actions.removeAll(keepingCapacity: true)
            firstAction = 0
            return nil
        }
        defer { firstAction += 1 }
        return actions[firstAction]
    }

    /// Provisions a device, also while orders are open.
    /// - Returns: warnings on properties that its configuration does not give.
    @discardableResult
    package mutating func provision(
        _ device: DeviceRecord, replaces: Bool = false
    ) throws(RegistryError) -> [ConfigurationWarning] {
        try registry.provision(device, replaces: replaces)
    }

    /// Provisions a group, also while orders are open.
    /// - Returns: warnings on properties that its configuration does not give.
    @discardableResult
    package mutating func provision(
        _ group: GroupRecord, replaces: Bool = false
    ) throws(RegistryError) -> [ConfigurationWarning] {
        try registry.provision(group, replaces: replaces)
    }

    mutating func put(_ action: AIoTFAction) { actions.append(action) }

    mutating func reject(_ reason: RejectReason) { rejected[reason, default: 0] += 1 }
}

// MARK: - Orders

extension AIoTF {
    private mutating func take(_ order: InventoryOrder, id: UInt64) {
        if let refusal = refusal(of: order) {
            put(.finished(orderID: id, InventorySummary(found: 0, missing: [], requests: 0, refusal: refusal)))
            return
        }
        queue.append(InventoryRun(id: id, order: order))
    }

    private func refusal(of order: InventoryOrder) -> RegistryError? {
        if queue.count >= configuration.queueLimit { return .queueFull }
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

    /// Begins the next order, or the next request of the one at hand.
    private mutating func goOn() {
        if run == nil, !queue.isEmpty, !readers.isEmpty { run = queue.removeFirst() }
        if run?.phase == .toRequest, run?.deadline == nil, let reader = readers.first { sendRequest(to: reader) }
    }
}
