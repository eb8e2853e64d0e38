package import AIoTBase
import AIoTLink
import AIoTReader
import RadioFrontEnd
package import ReaderService
import Spool

/// What there is to say about a running daemon, made of what is seen of its loop. Times are the loop's.
package struct ReaderPicture: Sendable {
    package struct Link: Sendable {
        package var name: String
        package var endpoints: [String]
        /// The endpoint that it is connected to.
        package var endpoint: Int?
        /// Of the AIoTF that has accepted this reader.
        package var aiotfIdentifier: [UInt8]?
    }

    package struct OpenInventory: Sendable {
        package var since: AirTime
        package var rounds = 0
        package var acknowledged = 0
    }

    package var links: [Link]
    /// As told last; nil until the loop runs.
    package private(set) var facts: LoopFacts?
    package private(set) var now = AirTime.zero
    package private(set) var inventories: [TransactionID: OpenInventory] = [:]
    package private(set) var troubles = TroubleBook()
    /// When the configuration in force was applied, where that was not at the start.
    package private(set) var reloaded: AirTime?
    package private(set) var isStopping = false
    /// Health rules that say that the service is degraded.
    package private(set) var degraded: Set<String> = []

    package init(links: [Link]) { self.links = links }

    /// Takes in what was seen.
    /// - Returns: what those are told who watch.
    package mutating func see(_ sight: LoopSight, at time: AirTime) -> [ControlEvent] {
        now = time
        switch sight {
        case .radio(let state, let why):
            let event = ControlEvent.frontEnd(state, why: why)
            switch state {
            case .opening: return [event]
            case .ready: return [event] + end(.frontEnd)
            case .absent, .degraded, .stalled, .denied: return [event] + begin(.frontEnd, why)
            }
        case .carrierLost: return [.carrierLost]
        case .notice(let notice): return see(notice)
        case .link(let id, let event, _): return see(event, of: id)
        case .spooled(_, .success, _): return end(.spool)
        case .spooled(_, .failure(let error), _): return begin(.spool, "\(error)")
        case .reloaded(let problem):
            if problem == nil { reloaded = time }
            return [.reloaded(problem: problem)] + (problem.map { begin(.configuration, $0) } ?? end(.configuration))
        case .draining(let isDraining): return [.draining(isDraining)]
        case .stopping:
            isStopping = true
            return [.stopping]
        case .health(let finding):
            if finding.isOver || finding.deed != .degrade {
                degraded.remove(finding.name)
            } else {
                degraded.insert(finding.name)
            }
            return finding.isOver ? end(.health(finding.name)) : begin(.health(finding.name), finding.text)
        case .pulse(let facts):
            self.facts = facts
            return facts.spool.lastError == nil ? end(.spool) : []
        case .carrier, .transmit, .outcome, .received, .sent, .relay, .turned: return []
        }
    }

    /// Of what the loop does not know: recordings.
    package mutating func begin(_ kind: TroubleKind, _ cause: String) -> [ControlEvent] {
        troubles.begin(kind, cause: cause, at: now) ? event(of: kind) : []
    }

    package mutating func end(_ kind: TroubleKind) -> [ControlEvent] {
        troubles.end(kind, at: now) ? event(of: kind) : []
    }

    private func event(of kind: TroubleKind) -> [ControlEvent] { troubles[kind].map { [.trouble($0)] } ?? [] }
}

extension ReaderPicture {
    private mutating func see(_ event: LinkEvent, of id: LinkID) -> [ControlEvent] {
        guard links.indices.contains(id.value) else { return [] }
        let name = links[id.value].name
        switch event {
        case .connected(let endpoint):
            links[id.value].endpoint = endpoint
            return [.link(name: name, state: .connecting, why: nil)]
        case .up(let identifier, _):
            links[id.value].aiotfIdentifier = identifier
            return [.link(name: name, state: .up, why: nil)] + end(.link(name))
        case .congested(let isCongested):
            guard isCongested else { return [.link(name: name, state: .up, why: nil)] + end(.link(name)) }
            let why = "the AIoTF reads or answers slowly, no new rounds are begun: look at its load and its disk"
            return [.link(name: name, state: .slow, why: why)] + begin(.link(name), why)
        case .down(let reason):
            links[id.value].endpoint = nil
            links[id.value].aiotfIdentifier = nil
            return [.link(name: name, state: .down, why: reason)] + begin(.link(name), reason)
        case .received, .confirmed: return []
        }
    }

    private mutating func see(_ notice: ReaderNotice) -> [ControlEvent] {
        switch notice {
        case .roundStarted(let id, let round, let q, let acknowledged):
            let event = ControlEvent.round(id, round: round, q: q, acknowledged: acknowledged)
            let isNew = inventories[id] == nil
            var inventory = inventories[id] ?? OpenInventory(since: now)
            (inventory.rounds, inventory.acknowledged) = (round, acknowledged)
            inventories[id] = inventory
            return isNew ? [.inventoryBegun(id), event] : [event]
        case .deviceAcknowledged(let id, let count):
            let isNew = inventories[id] == nil
            inventories[id, default: OpenInventory(since: now)].acknowledged += count
            return isNew ? [.inventoryBegun(id)] : []
        case .inventoryComplete(let id, let acknowledged, let rounds):
            inventories[id] = nil
            return [.inventoryComplete(id, acknowledged: acknowledged, rounds: rounds)]
        case .inventoryEnded(let id, let acknowledged, let reason):
            inventories[id] = nil
            return [.inventoryEnded(id, acknowledged: acknowledged, reason)]
        case .exchange(let id, let exchange, let step):
            switch step {
            case .opened: return [.exchangeOpened(id, exchange)]
            case .acknowledged: return [.exchangeClosed(id, exchange, outcome: "acknowledged")]
            case .closed(let reason): return [.exchangeClosed(id, exchange, outcome: "\(reason)")]
            case .reported, .commanded, .relayed: return []
            }
        // A pause between carriers is no trouble.
        case .airClosed(.rest): return []
        case .airClosed(let pause): return begin(.limits, "\(pause)")
        case .airOpen: return end(.limits)
        case .dropped: return []
        }
    }
}
