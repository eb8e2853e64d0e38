package import AIoTBase
package import AIoTSecurity
import NGAP

/// The reference AIoTF's decisions: holds keys, runs the procedure, without input or output of its own.
///
/// Orders are carried out at the same time on different readers: a reader has one request at a time, and a key is paged
/// by one request at a time. What a crash must not lose leaves as `AIoTFAction.persist`, and comes back in `init`.
package struct AIoTF: Sendable {
    package let configuration: AIoTFConfiguration
    package internal(set) var registry: Registry
    /// Why answers were not taken.
    package internal(set) var rejected: [RejectReason: Int] = [:]

    var generator: any RandomNumberGenerator & Sendable
    /// Readers whose NG Setup is through, in order.
    var readers: [ConnectedReader] = []
    /// Open orders.
    var runs: [UInt64: InventoryRun] = [:]
    /// Their IDs, by age.
    var arrivals: [UInt64] = []
    /// Orders that have ended and of whose requests a reader may still have something.
    var ended: [UInt64: EndedOrder] = [:]
    /// By correlation: those at hand, and those that a reader may still have.
    var requests: [Int: RequestState] = [:]
    /// Correlations of the latter, by age; they are released when their reader is back.
    var orphans: [Int] = []
    var lastCorrelation = -1
    /// The time of the event at hand.
    var now = AirTime.zero
    /// Something has changed that a waiting order may go on with.
    var mayGoOn = false
    private var actions: [AIoTFAction] = []
    private var firstAction = 0

    /// - Parameter state: what the store has kept of an AIoTF before this one; its counters come in `registry`.
    package init(
        configuration: AIoTFConfiguration = AIoTFConfiguration(), registry: Registry,
        restoring state: StoredState = StoredState(), generator: any RandomNumberGenerator & Sendable
    ) {
        self.configuration = configuration
        self.registry = registry
        self.generator = generator
        restore(state)
    }

    /// Takes in something that happened; never fails: what a peer got wrong is dropped and counted.
    package mutating func handle(_ event: AIoTFEvent, at time: AirTime) {
        now = time
        switch event {
        case .readerConnected(let reader), .readerDisconnected(let reader): lose(reader)
        case .received(let reader, let octets): receive(octets, from: reader)
        case .inventoryOrdered(let order, let id): take(order, id: id)
        case .orderCancelled(let id): cancel(id)
        }
        goOn()
    }

    /// Ends what has taken too long.
    package mutating func advance(to time: AirTime) {
        now = time
        for id in arrivals {
            guard let run = runs[id], let deadline = run.deadline, deadline <= time else { continue }
            runs[id]?.deadline = nil
            switch run.phase {
            case .toRequest: mayGoOn = true
            case .active:
                note("nothing came from it within \(configuration.guardTime.nanoseconds / 1_000_000_000) s", id)
                release(id, isRestart: plansAnother(id, afterFailure: true))
            case .releasing(let isRestart):
                orphan(run.correlation)
                released(id, isRestart: isRestart)
            }
        }
        goOn()
    }

    package func isOpen(order: UInt64) -> Bool { runs[order] != nil }

    /// When `advance` is due at the latest.
    package var nextDeadline: AirTime? {
        (runs.values.compactMap(\.deadline) + readers.compactMap(\.settlesUntil)).min()
    }

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
        let old = registry.devices[device.id]?.key
        let warnings = try registry.provision(device, replaces: replaces)
        if let old, old != device.key { forgetCounters(of: .device(device.id)) }
        return warnings
    }

    /// Provisions a group, also while orders are open.
    /// - Returns: warnings on properties that its configuration does not give.
    @discardableResult
    package mutating func provision(
        _ group: GroupRecord, replaces: Bool = false
    ) throws(RegistryError) -> [ConfigurationWarning] {
        let old = registry.groups[group.id]?.key
        let warnings = try registry.provision(group, replaces: replaces)
        if let old, old != group.key { forgetCounters(of: .group(group.id)) }
        return warnings
    }

    /// Its key is another one: what was paged under the old one confirms nothing.
    private mutating func forgetCounters(of target: InventoryTarget) {
        for correlation in requests.keys where requests[correlation]?.target == target {
            requests[correlation]?.counter = nil
        }
    }

    mutating func put(_ action: AIoTFAction) { actions.append(action) }

    mutating func reject(_ reason: RejectReason) { rejected[reason, default: 0] += 1 }

    mutating func send(_ pdu: NGAPPDU, to reader: ReaderID) {
        guard let octets = try? pdu.encoded() else {
            assertionFailure("a PDU of ours cannot be encoded: \(pdu)")
            reject(.unencodable)
            return
        }
        put(.send(reader, octets))
    }
}
