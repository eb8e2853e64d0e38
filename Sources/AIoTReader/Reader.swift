package import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTRelay
import NGAP

/// The reader's decisions: everything between the link to the AIoTF and the air, without input or output of its own.
///
/// Feed it what happens with `handle`, carry out what `nextOutput` orders, and call `advance` when `nextDeadline` comes;
/// early and extra calls are harmless. The same inputs in the same order give the same outputs.
package struct Reader: Sendable {
    /// Inventories that may wait at once; a further request fails with "busy".
    package static let queueLimit = 16

    /// Where a link stands.
    enum Link: Hashable, Sendable {
        case down(since: AirTime)
        /// Connected; `since` is when it went down before, where it did.
        case settingUp(since: AirTime?)
        /// The AIoTF has accepted this reader, under this identifier where it gave one.
        case up(aiotfIdentifier: [UInt8]?)

        var isUp: Bool { if case .up = self { true } else { false } }
    }

    /// What a relay is about; nothing is acknowledged for the end of an inventory.
    struct RelayPurpose: Sendable {
        var inventory: AirRequest.Name
        var device: (id: UInt32, isCommandResponse: Bool)?
    }

    /// The frame on the air, and what its bursts mean.
    struct Transmitting: Sendable {
        var id: UInt64
        /// When its last window is over, as far as the air is concerned.
        var nominalEnd: AirTime
        var inventory: AirRequest.Name
        var purpose: Inventory.AirAction.Purpose
    }

    /// Of inventories to come; see `reconfigure`.
    package private(set) var configuration: ReaderConfiguration
    var links: [LinkID: Link] = [:]
    /// Links whose AIoTF reads too slowly.
    var congested: Set<LinkID> = []
    private(set) var isStopping = false
    /// The carrier's time, and what waits for it.
    var air: AirUse
    /// No new inventories are taken.
    private(set) var isDraining = false
    /// Set while the radio is away.
    var radioAwaySince: AirTime?
    /// In order of arrival: the first that is not complete has the air.
    var inventories: [Inventory] = []
    var deviceIDs: DeviceNGAPIDs
    /// Of inventories that have ended; see `counters`.
    var pastCounters = ReaderCounters()

    private var outputs: [ReaderOrder] = []
    private var firstOutput = 0
    var transmitting: Transmitting?
    private var transmissions: UInt64 = 0
    /// Of relays that have not been answered yet.
    var relays: [UInt64: RelayPurpose] = [:]
    var lastRelay: UInt64 = 0
    private var lastTransactionID = TransactionID(15)
    private var schedule: AirSchedule

    package init(configuration: ReaderConfiguration) {
        self.configuration = configuration
        deviceIDs = DeviceNGAPIDs(epoch: configuration.identity.epoch)
        schedule = AirSchedule(profile: configuration.profile, sampleRateHz: configuration.sampleRateHz)
        air = AirUse(configuration: configuration)
    }

    /// Takes in something that happened; never fails: what a peer got wrong is dropped and counted.
    package mutating func handle(_ event: ReaderEvent, at time: AirTime) {
        switch event {
        case .linkUp(let link):
            connect(link)
        case .linkDown(let link):
            disconnect(link, at: time)
        case .linkClosed(let link):
            disconnect(link, at: time)
            endInventories(of: link)
        case .linkCongested(let link, let isCongested):
            if isCongested { congested.insert(link) } else { congested.remove(link) }
        case .receivedFromAIoTF(let link, let octets):
            receive(octets, over: link, at: time)
        case .relayed(let id):
            relayed(id)
        case .notRelayed(let id):
            notRelayed(id)
        case .transmissionEnded(let id, let reports):
            guard let ended = transmitting, ended.id == id else { break }
            transmitting = nil
            air.noteEnd(nominally: ended.nominalEnd, at: time)
            withInventory(ended.inventory) { $0.ended(ended.purpose, reports: reports, at: time) }
        case .carrierLost:
            loseCarrier(cause: .aiotDeviceNotReachable, reason: .carrierLost)
        case .radioChanged(let isUsable):
            changeRadio(isUsable: isUsable, at: time)
        case .channelHeard(let level):
            hear(level, at: time)
        case .draining(let isDraining):
            self.isDraining = isDraining
        case .stopping:
            isStopping = true
        }
        goOn(at: time)
    }

    /// How inventories to come use the air; those that are open go on as they were begun, under the new limits. Identity
    /// and sample rate belong to the links and the front end that stand, and stay.
    package mutating func reconfigure(_ next: ReaderConfiguration) {
        let current = configuration
        configuration = next
        configuration.identity = current.identity
        configuration.sampleRateHz = current.sampleRateHz
        air.change(configuration)
    }

    /// Ends what has waited too long.
    package mutating func advance(to time: AirTime) {
        for index in inventories.indices {
            withInventory(at: index) { $0.advance(to: time) }
        }
        for (link, end) in linkHolds where end <= time { endInventories(of: link) }
        if let end = radioHold, end <= time { endInventoriesWithoutRadio() }
        goOn(at: time)
    }

    /// The next order, in the order in which they are to be carried out; nil when there is none for now.
    package mutating func nextOutput() -> ReaderOrder? {
        guard firstOutput < outputs.count else {
            outputs.removeAll(keepingCapacity: true)
            firstOutput = 0
            return nil
        }
        defer { firstOutput += 1 }
        return outputs[firstOutput]
    }

    /// When `advance` is due at the latest.
    package var nextDeadline: AirTime? {
        let holds = linkHolds.map(\.end) + [radioHold, air.nextDeadline].compactMap { $0 }
        return (holds + inventories.compactMap(\.nextDeadline)).min()
    }

    /// Whether nothing is open, on the air or to be told.
    package var isIdle: Bool { inventories.isEmpty && transmitting == nil && firstOutput == outputs.count }

    /// Inventories that have not come to their end.
    package var openInventories: Int { inventories.count { !$0.isComplete } }

    /// Whether the AIoTF of a link has an inventory open here.
    package func hasInventories(of link: LinkID) -> Bool { inventories.contains { $0.request.name.link == link } }

    /// Upper 16 bits of the next RAN-AIOT-Device-NGAP-ID; the shell keeps it, so that no later start gives one again.
    package var epoch: UInt16 { deviceIDs.epoch }

    /// What has been counted since the start.
    package var counters: ReaderCounters {
        var counters = inventories.reduce(pastCounters) { $0 + $1.counters }
        counters.carrierOn = air.carrierOn
        return counters
    }

    mutating func put(_ order: ReaderOrder) {
        outputs.append(order)
    }

    mutating func drop(_ reason: DropReason) {
        pastCounters.dropped[reason, default: 0] += 1
        put(.notice(.dropped(reason)))
    }
}

// MARK: - Inventories

extension Reader {
    /// Lets the inventory called `name` do something; nothing happens when it has ended.
    mutating func withInventory(_ name: AirRequest.Name, _ body: (inout Inventory) -> Void) {
        guard let index = inventories.firstIndex(where: { $0.request.name == name }) else { return }
        withInventory(at: index, body)
    }

    /// Device NGAP IDs are the reader's: an inventory has them while it acts.
    mutating func withInventory(at index: Int, _ body: (inout Inventory) -> Void) {
        inventories[index].deviceIDs = deviceIDs
        body(&inventories[index])
        deviceIDs = inventories[index].deviceIDs
    }

    mutating func begin(_ request: AirRequest) {
        lastTransactionID = freeTransactionID()
        inventories.append(
            Inventory(
                request: request, transactionID: lastTransactionID, configuration: configuration,
                deviceIDs: deviceIDs))
    }

    /// The next transaction ID, skipping open ones; fewer inventories are open than there are IDs.
    private func freeTransactionID() -> TransactionID {
        let open = Set(inventories.map(\.transactionID))
        var candidate = TransactionID(lastTransactionID.value &+ 1)
        while open.contains(candidate), candidate != lastTransactionID {
            candidate = TransactionID(candidate.value &+ 1)
        }
        return candidate
    }

    /// Forgets an inventory, keeping what it counted.
    mutating func remove(_ name: AirRequest.Name, reason: EndReason) {
        guard let index = inventories.firstIndex(where: { $0.request.name == name }) else { return }
        let inventory = inventories[index]
        if !inventory.isComplete {
            put(
                .notice(
                    .inventoryEnded(
                        inventory.transactionID, acknowledged: inventory.acknowledged, reason: reason)))
        }
        pastCounters = pastCounters + inventories[index].counters
        inventories.remove(at: index)
        if transmitting?.inventory == name { transmitting?.inventory = .none }
    }

    /// Tells the AIoTF what there is to tell, then gives the air something to do.
    private mutating func goOn(at time: AirTime) {
        for name in inventories.map(\.request.name) { tellReports(of: name) }
        air.now = max(air.now, time)
        useAir(at: time)
        goOnStopping()
        guard inventories.isEmpty, transmitting == nil else { return }
        switchCarrier(isOn: false, at: time)
    }

    /// Inventories do not interleave: a later one is not paged while one before it has an exchange open. One that can do
    /// nothing, its link being down or slow, lets the next one go first, and then waits until that has come to its end.
    mutating func transmitNext(at time: AirTime) {
        var yielding: [AirRequest.Name] = []
        for index in inventories.indices {
            var action: Inventory.AirAction?
            let name = inventories[index].request.name
            let opensOccasions = opensOccasions(for: inventories[index].request)
            let room = air.room(at: time)
            withInventory(at: index) {
                action = $0.nextAirAction(opensOccasions: opensOccasions, room: room, at: time)
            }
            tellReports(of: name)
            if let action {
                let plan = inventories[index].plan
                yielding.forEach { moveToEnd($0) }
                transmit(action, of: name, plan, at: time)
                return
            }
            if !opensOccasions, inventories[index].isAtRest {
                yielding.append(name)
            } else if !inventories[index].isComplete || inventories[index].openExchanges > 0 {
                return
            }
        }
    }

    /// Without its link an inventory goes on only where nothing is waited for from the AIoTF.
    func opensOccasions(for request: AirRequest) -> Bool {
        if isStopping || congested.contains(request.name.link) { return false }
        return links[request.name.link]?.isUp == true || !request.hasFollowOn
    }

    private mutating func transmit(
        _ action: Inventory.AirAction, of name: AirRequest.Name, _ plan: AirPlan, at time: AirTime
    ) {
        guard let octets = try? action.message.encoded() else {
            drop(.unencodable)
            withInventory(name) { $0.closeAll(.noAnswer) }
            return
        }
        let windows = schedule.windows(after: action.message)
        let end =
            air.isLimited
            ? time + plan.duration(octets: octets.count, windows: windows) : time
        guard air.mayBeOn(until: end, at: time) else { return pauseAir(at: time) }
        switchCarrier(isOn: true, at: time)
        transmissions += 1
        transmitting = Transmitting(id: transmissions, nominalEnd: end, inventory: name, purpose: action.purpose)
        put(
            .transmit(
                R2DTransmission(
                    id: transmissions, message: action.message, octets: octets,
                    chipsPerSymbol: plan.configuration.chipsPerSymbol, windows: windows,
                    exchanges: action.exchanges)))
    }

    mutating func tellReports(of name: AirRequest.Name) {
        guard let index = inventories.firstIndex(where: { $0.request.name == name }) else { return }
        let reports = inventories[index].reports
        let notices = inventories[index].notices
        inventories[index].reports = []
        inventories[index].notices = []
        for report in reports { send(report, of: name) }
        for notice in notices { put(.notice(notice)) }
    }
}

extension AirRequest.Name {
    /// Nobody's: what comes for it is dropped.
    static let none = Self(link: LinkID(-1), aiotfIdentifier: [], correlation: -1)
}
