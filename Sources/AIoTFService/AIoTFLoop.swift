package import AIoTBase
package import AIoTF
import AIoTSecurity
package import Logging
import NGAP

/// The AIoTF's core joined to its store, its readers and its control clients; everything happens in `turn`.
///
/// What a turn takes in goes to the core; what has to outlive a crash is committed once; only then PDUs, answers to
/// probes and credit leave, and after them clients are told. Where the store has no room or is locked, all of that waits,
/// and the credit that is not given back keeps readers from sending more.
package struct AIoTFLoop: Sendable {
    /// What happens once the batch is durable.
    private enum Effect: Sendable {
        case action(AIoTFAction)
        case answerProbe(ReaderID)
        case processed(ReaderID)
        case reply(ControlClientID, ControlLine, isLast: Bool)

        /// A PDU that may be a Command Request.
        var pdu: [UInt8]? { if case .action(.send(_, let pdu)) = self { pdu } else { nil } }
    }

    private var core: AIoTF
    private let store: DeviceStore
    private let links: any ReaderLinks
    private let clients: any ControlClients
    private let log: Logger
    private var provisioning: ProvisioningWatch
    /// Why what was provisioned last is not known yet.
    private var provisioningFailure: (text: String, mayPass: Bool)?
    private var effects: [Effect] = []
    private var lastOrder: UInt64
    private var readers: [ReaderID: ReaderDescription] = [:]
    private var loggedRejections: [RejectReason: Int] = [:]
    /// Who wants to be told of an order.
    private var followers: [UInt64: ControlClientID] = [:]
    /// When the store is tried again; nil while it takes what it is given.
    private var retry: AirTime?
    private var trace: TurnTrace?

    private static let retryPause = AirDuration.milliseconds(1_000)

    /// Takes the AIoTF up where the store has it.
    /// - Throws: `StoreFailure`.
    package init(
        configuration: AIoTFConfiguration, store: DeviceStore, links: any ReaderLinks, clients: any ControlClients,
        generator: any RandomNumberGenerator & Sendable, trace: AIoTFTrace? = nil, log: Logger
    ) throws {
        self.trace = trace.map { TurnTrace(trace: $0) }
        provisioning = try ProvisioningWatch(store)
        let (registry, state, generation) = try store.loadState()
        provisioning.generation = generation
        core = AIoTF(configuration: configuration, registry: registry, restoring: state, generator: generator)
        lastOrder = try store.lastOrder()
        self.store = store
        self.links = links
        self.clients = clients
        self.log = log
        warn(of: Array(registry.groups.values))
    }

    /// Without key hints each answer is tried with the keys of half the group.
    private func warn(of groups: [GroupRecord]) {
        for group in groups where group.members.count > 1_000 && !group.configuration.profile.contains(.keyHint) {
            log.warning(
                "group \(Hex.encoded(group.id)) has \(group.members.count) members and no key hint, so that answers take long to match: provision it and its members with profile bit 4"
            )
        }
    }

    /// Devices and groups that are provisioned, and readers that are connected.
    package var counts: (devices: Int, groups: Int, readers: Int) {
        (core.registry.devices.count, core.registry.groups.count, readers.count)
    }

    /// When the next turn is due at the latest.
    package var nextDeadline: AirTime? { retry ?? core.nextDeadline }

    /// Takes in what has happened, and carries out what follows from it.
    /// - Parameter arrivals: when each input came, for the trace.
    /// - Throws: `StoreFailure` where the store is of no use any more; nothing of this turn has left then.
    package mutating func turn(_ inputs: [ServerInput], arrivals: [Int64] = [], at now: AirTime) throws {
        refresh()
        if let deadline = core.nextDeadline, deadline <= now { core.advance(to: now) }
        collect()
        for (place, input) in inputs.enumerated() {
            trace?.begins(input, arrived: place < arrivals.count ? arrivals[place] : nil)
            let first = effects.count
            take(input, at: now)
            trace?.decided(effects[first...].map(\.pdu), from: first)
        }
        logRejections()
        try settle(at: now)
    }

    /// Gives the core what was provisioned meanwhile. What waits for the store was decided with what was known before, and
    /// is written first.
    private mutating func refresh() {
        guard effects.isEmpty else { return }
        do {
            warn(of: try provisioning.refresh(&core, from: store))
            provisioningFailure = nil
        } catch {
            let text = "\(error)"
            if text != provisioningFailure?.text { log.error("cannot read what was provisioned: \(text)") }
            provisioningFailure = (text, (error as? StoreFailure)?.mayPass == true)
        }
    }

    /// Says what was not taken since the last turn.
    private mutating func logRejections() {
        guard core.rejected != loggedRejections else { return }
        for (reason, count) in core.rejected where count != loggedRejections[reason] {
            let more = count - (loggedRejections[reason] ?? 0)
            if reason == .forgottenRequest {
                log.warning(
                    "\(more) requests were forgotten whose readers are away: devices that these have acknowledged are not told, order an inventory again"
                )
            } else {
                log.debug("not taken", metadata: ["reason": "\(reason.rawValue)", "count": "\(more)"])
            }
        }
        loggedRejections = core.rejected
    }

    private mutating func take(_ input: ServerInput, at now: AirTime) {
        switch input {
        case .connected(let reader, let peer):
            readers[reader] = ReaderDescription(peer: peer)
            core.handle(.readerConnected(reader), at: now)
        case .received(let reader, []):
            effects.append(.answerProbe(reader))
            effects.append(.processed(reader))
        case .received(let reader, let pdu):
            note(pdu, from: reader)
            core.handle(.received(reader, pdu), at: now)
            collect()
            effects.append(.processed(reader))
        case .disconnected(let reader):
            readers[reader] = nil
            core.handle(.readerDisconnected(reader), at: now)
        case .requested(let client, let request): take(request, from: client, at: now)
        case .clientLeft(let client): followers = followers.filter { $0.value != client }
        }
        collect()
    }

    /// Puts what the core wants done behind what is to be done already.
    private mutating func collect() {
        while let action = core.nextAction() { effects.append(.action(action)) }
    }

    /// Remembers what a reader says of itself, for `aiotf readers`.
    private mutating func note(_ pdu: [UInt8], from reader: ReaderID) {
        guard readers[reader]?.gnbID == nil, case .ngSetupRequest(let setup)? = try? NGAPPDU(decoding: pdu) else {
            return
        }
        readers[reader]?.gnbID = setup.globalGNBID.gnbID
        readers[reader]?.name = setup.ranNodeName
        readers[reader]?.areas = setup.supportedTAs.map(\.tac)
    }
}

// MARK: - Requests

extension AIoTFLoop {
    private mutating func take(_ request: ControlRequest, from client: ControlClientID, at now: AirTime) {
        switch request {
        case .inventory(let order, let waits): take(order, waits: waits, from: client, at: now)
        case .cancel(let order):
            guard core.isOpen(order: order) else {
                let text =
                    "order \(order) is not open: it has ended, or was never given (see `aiot-reader aiotf results`)"
                effects.append(.reply(client, .error(text), isLast: true))
                return
            }
            core.handle(.orderCancelled(id: order), at: now)
            effects.append(.reply(client, .cancelled(order: order), isLast: true))
        case .readers:
            for reader in readers.sorted(by: { $0.key.value < $1.key.value }) {
                effects.append(.reply(client, .reader(reader.value), isLast: false))
            }
            effects.append(.reply(client, .readers(readers.count, rejected: core.rejected), isLast: true))
        }
    }

    private mutating func take(
        _ order: InventoryOrder, waits: Bool, from client: ControlClientID, at now: AirTime
    ) {
        if let (text, mayPass) = provisioningFailure {
            effects.append(.reply(client, mayPass ? .busy(text) : .error(text), isLast: true))
            return
        }
        lastOrder += 1
        let id = lastOrder
        let place = effects.count
        core.handle(.inventoryOrdered(order, id: id), at: now)
        collect()
        for case .action(.finished(id, let summary)) in effects[place...] {
            guard let refusal = summary.refusal else { continue }
            let text = "the order was refused: \(refusal)"
            effects.append(.reply(client, refusal == .queueFull ? .busy(text) : .error(text), isLast: true))
            lastOrder -= 1
            return
        }
        followers[id] = waits ? client : nil
        effects.insert(.reply(client, .order(id), isLast: !waits), at: place)
    }
}

// MARK: - What follows

extension AIoTFLoop {
    private mutating func settle(at now: AirTime) throws {
        if let retry, now < retry { return }
        do {
            try store.commit(
                effects.compactMap { if case .action(let action) = $0 { action } else { nil } },
                decidedWith: provisioning.generation)
        } catch let failure as StoreFailure where failure.mayPass {
            if retry == nil { log.error("nothing is sent until this is mended: \(failure)") }
            retry = now + Self.retryPause
            return
        }
        if retry != nil { log.notice("the store takes what it is given again") }
        retry = nil
        trace?.committed()
        for (place, effect) in effects.enumerated() {
            trace?.leaves(place)
            leave(effect)
        }
        trace?.finish()
        for effect in effects { tell(effect) }
        effects.removeAll(keepingCapacity: effects.count < 1_024)
    }

    private func leave(_ effect: Effect) {
        switch effect {
        case .action(.send(let reader, let pdu)): links.send(pdu, to: reader)
        case .action(.close(let reader, let why)): links.close(reader, reason: "\(why)")
        case .answerProbe(let reader): links.send([], to: reader)
        case .processed(let reader): links.processed(reader)
        case .action, .reply: break
        }
    }

    private mutating func tell(_ effect: Effect) {
        switch effect {
        case .action(.result(let order, let result)):
            guard let client = followers[order] else { return }
            clients.tell(.device(result, order: order), to: client, isLast: false)
        case .action(.finished(let order, let summary)):
            log.info("order \(order): \(summary.found) found, \(summary.missing.count) missing")
            guard let client = followers.removeValue(forKey: order) else { return }
            let line = ControlLine.summary(
                order: order, devices: summary.found, missing: summary.missing, requests: summary.requests,
                failures: summary.failures)
            clients.tell(line, to: client, isLast: true)
        case .reply(let client, let line, let isLast): clients.tell(line, to: client, isLast: isLast)
        case .action, .answerProbe, .processed: break
        }
    }
}
