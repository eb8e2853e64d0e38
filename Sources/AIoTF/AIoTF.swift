package import AIoTBase
import AIoTSecurity
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
    /// Orders that may wait.
    package var queueLimit = 64
    /// Sessions of one request.
    package var sessionLimit = 65_536

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

    var generator: SeededGenerator
    /// Readers whose NG Setup is through, in order.
    var readers: [ReaderID] = []
    var queue: [InventoryRun] = []
    var run: InventoryRun?
    var lastCorrelation = -1
    private var actions: [AIoTFAction] = []
    private var firstAction = 0

    package init(
        configuration: AIoTFConfiguration = AIoTFConfiguration(), registry: Registry, generator: SeededGenerator
    ) {
        self.configuration = configuration
        self.registry = registry
        self.generator = generator
    }

    /// Takes in something that happened; never fails: what a peer got wrong is dropped and counted.
    package mutating func handle(_ event: AIoTFEvent, at time: AirTime) {
        switch event {
        case .readerConnected: break
        case .readerDisconnected(let reader): lose(reader)
        case .received(let reader, let octets): receive(octets, from: reader, at: time)
        case .inventoryOrdered(let order, let id): take(order, id: id)
        }
        goOn(at: time)
    }

    /// Ends what has taken too long.
    package mutating func advance(to time: AirTime) {
        if let deadline = run?.deadline, deadline <= time {
            run?.deadline = nil
            release(isRestart: canRestart)
        }
        goOn(at: time)
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
            _ = try order.command?.plaintext()
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
    private mutating func goOn(at time: AirTime) {
        if run == nil, !queue.isEmpty, !readers.isEmpty { run = queue.removeFirst() }
        if run?.phase == .toRequest, let reader = readers.first { sendRequest(to: reader, at: time) }
    }

    private mutating func lose(_ reader: ReaderID) {
        let wasFirst = readers.first == reader
        readers.removeAll { $0 == reader }
        guard wasFirst, run?.request != nil else { return }
        run?.request = nil
        run?.deadline = nil
        if canRestart { run?.phase = .toRequest } else { finish() }
    }
}

// MARK: - Requests

extension AIoTF {
    var canRestart: Bool {
        guard let run else { return false }
        return run.requests < configuration.largestAttempts
    }

    private mutating func sendRequest(to reader: ReaderID, at time: AirTime) {
        guard var run else { return }
        let nonce1 = Nonce(drawnFrom: &generator)
        lastCorrelation = (lastCorrelation + 1) % 65_536
        guard let page = makePage(run.target, nonce1: nonce1) else {
            finish()
            return
        }
        let records = self.records(for: run.target)
        let hasFollowOn =
            run.order.command != nil
            || records.contains { $0.configuration.profile.contains(.networkAuthentication) }
        run.requests += 1
        run.request = RequestState(
            correlation: lastCorrelation, nonce1: nonce1, target: run.target, counter: page.counter,
            hasFollowOn: hasFollowOn, candidates: Candidates(records, kind: run.target.kind, nonce1: nonce1),
            foundBefore: run.reported.count)
        run.phase = .active
        run.deadline = time + configuration.guardTime
        self.run = run
        let size = records.map { Self.accessResponseOctets($0, kind: run.target.kind) }.max() ?? 18
        send(
            .inventoryRequest(
                InventoryRequest(
                    session: sessionName, deviceIdentification: page.identification,
                    assistance: InventoryAssistanceInformation(
                        expectedD2RMsgSize: min(max(size, 1), 256),
                        approximateNoofTargetDevices: min(max(records.count, 1), 65_535)),
                    followonCommandIndication: hasFollowOn, randN: NGAPBitString(octets: nonce1.octets))),
            to: reader)
    }

    private struct Page {
        var identification: DeviceIdentification
        var counter: UInt32?
    }

    /// Step 3: the paging identity, its counter moved durably before it leaves.
    private mutating func makePage(_ target: InventoryTarget, nonce1: Nonce) -> Page? {
        var cost = CryptoCost()
        switch target {
        case .all:
            return Page(identification: .allDevices, counter: nil)
        case .device(let id):
            guard let record = registry.devices[id] else { return nil }
            var counter: UInt32 = 0
            let isCounted = record.configuration.profile.contains(.replayProtection)
            if isCounted {
                registry.updateDevice(id) { counter = $0.next(window: record.configuration.counterWindow) }
                if let state = registry.devices[id]?.counter {
                    put(.persist(.deviceCounter(deviceID: id, state)))
                }
            }
            let octets = identity(.single(deviceID: id, key: record.key), record.configuration, counter, nonce1, &cost)
            return octets.map {
                Page(identification: .singleDevice(NGAPBitString(octets: $0)), counter: isCounted ? counter : nil)
            }
        case .group(let id):
            guard let record = registry.groups[id] else { return nil }
            var counter: UInt32 = 0
            let isCounted = record.configuration.profile.contains(.replayProtection)
            if isCounted {
                registry.updateGroup(id) { counter = $0.next(window: record.configuration.counterWindow) }
                if let state = registry.groups[id]?.counter { put(.persist(.groupCounter(groupID: id, state))) }
            }
            let octets = identity(.group(groupID: id, key: record.key), record.configuration, counter, nonce1, &cost)
            return octets.map {
                Page(identification: .groupDevices(NGAPBitString(octets: $0)), counter: isCounted ? counter : nil)
            }
        }
    }

    private func identity(
        _ target: PagingTarget, _ configuration: SecurityConfiguration, _ counter: UInt32, _ nonce1: Nonce,
        _ cost: inout CryptoCost
    ) -> [UInt8]? {
        let made = try? PagingIdentity.make(
            for: target, configuration: configuration, counter: counter, nonce1: nonce1, cost: &cost)
        return made.flatMap { $0 }.flatMap { try? $0.encoded() }
    }

    /// Octets of the longest access response that the profile lets a device give.
    static func accessResponseOctets(_ record: DeviceRecord, kind: PagingTargetKind) -> Int {
        let configuration = record.configuration
        let flags = configuration.accessResponseFlags(for: kind)
        let mac = configuration.algorithms.macOctets
        var octets = 18
        if flags.contains(.keyHint) { octets += 2 }
        if flags.contains(.ares) { octets += 8 }
        if flags.contains(.id) { octets += record.id.count + mac }
        guard kind != .all,
            configuration.profile.isSuperset(of: [.replayProtection, .counterResynchronisation])
        else { return octets }
        return max(octets, 18 + (flags.contains(.ares) ? 8 : 0) + 4 + mac)
    }

    /// Ends the request at hand at the reader; then the next one, or the end of the order.
    mutating func release(isRestart: Bool) {
        guard let request = run?.request, let reader = readers.first else {
            finish()
            return
        }
        run?.phase = .releasing(isRestart: isRestart)
        let name = AIoTSessionName(
            aiotfIdentifier: configuration.aiotfIdentifier, correlationIdentifier: request.correlation)
        send(
            .aiotSessionReleaseCommand(AIOTSessionReleaseCommand(session: name, cause: .normalRelease)), to: reader)
    }

    /// The request at hand has been released.
    mutating func released(isRestart: Bool) {
        run?.request = nil
        run?.deadline = nil
        if isRestart { run?.phase = .toRequest } else { finish() }
    }

    /// The reader has said that the inventory is complete: what is missing may be asked for once more.
    mutating func judgeCompletion() {
        guard var run, let request = run.request else { return }
        let missing = missingDevices(run)
        run.fruitless = run.reported.count > request.foundBefore ? 0 : run.fruitless + 1
        var isRestart = false
        switch run.order.target {
        case .all: break
        case .device: isRestart = !missing.isEmpty && canRestart
        case .group:
            if missing.isEmpty { break }
            if !run.hasPagedSingly, run.fruitless < configuration.largestFruitless, canRestart {
                isRestart = true
            } else {
                isRestart = pageNextSingly(&run, missing: missing)
            }
        }
        self.run = run
        release(isRestart: isRestart)
    }

    /// A member more than W behind its group's counter hears no group paging: it is paged under its own key.
    private func pageNextSingly(_ run: inout InventoryRun, missing: [[UInt8]]) -> Bool {
        if !run.hasPagedSingly {
            run.hasPagedSingly = true
            run.singles = Array(missing.prefix(configuration.largestSingles).reversed())
        }
        guard let next = run.singles.popLast() else { return false }
        run.target = .device(next)
        return true
    }

    private func missingDevices(_ run: InventoryRun) -> [[UInt8]] {
        guard run.order.target != .all else { return [] }
        return records(for: run.order.target).map(\.id).filter { !run.reported.contains($0) }
    }

    mutating func finish() {
        guard let run else { return }
        self.run = nil
        put(
            .finished(
                orderID: run.id,
                InventorySummary(
                    found: run.reported.count, missing: missingDevices(run), requests: run.requests, refusal: nil)))
    }

    var sessionName: AIoTSessionName {
        AIoTSessionName(aiotfIdentifier: configuration.aiotfIdentifier, correlationIdentifier: lastCorrelation)
    }

    mutating func send(_ pdu: NGAPPDU, to reader: ReaderID) {
        guard let octets = try? pdu.encoded() else {
            reject(.undecodableNGAP)
            return
        }
        put(.send(reader, octets))
    }
}
