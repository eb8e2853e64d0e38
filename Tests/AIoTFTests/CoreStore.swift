import AIoTBase
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// What the shell of an AIoTF keeps on disk, in memory: it takes actions in and gives back what a restart needs.
struct CoreStore {
    private(set) var devices: [DeviceRecord]
    private(set) var groups: [GroupRecord]
    private(set) var lastCorrelation: Int?
    private(set) var orders: [UInt64: StoredOrder] = [:]
    private(set) var requests: [Int: StoredRequest] = [:]
    private(set) var sessions: [StoredSession] = []
    /// Orders of all requests there have been, by correlation.
    private(set) var orderIDs: [Int: UInt64] = [:]
    private(set) var changes: [PersistentChange] = []

    init(_ registry: Registry) {
        devices = registry.deviceIDs.compactMap { registry.devices[$0] }
        groups = Array(registry.groups.values)
    }

    mutating func apply(_ change: PersistentChange) {
        changes.append(change)
        switch change {
        case .deviceCounter(let id, let state):
            for index in devices.indices where devices[index].id == id { devices[index].counter = state }
        case .groupCounter(let id, let state):
            for index in groups.indices where groups[index].id == id { groups[index].counter = state }
        case .correlation(let value): lastCorrelation = value
        case .orderOpened(let id, let order):
            #expect(orders[id] == nil, "an order is opened once")
            orders[id] = StoredOrder(id: id, order: order)
        case .request(let request):
            #expect(requests[request.correlation] == nil, "the correlation of a remembered request")
            requests[request.correlation] = request
            orderIDs[request.correlation] = request.orderID
        case .session(let session):
            #expect(requests[session.correlation] != nil, "a session belongs to a request")
            sessions.removeAll {
                $0.correlation == session.correlation && $0.ranDeviceNGAPID == session.ranDeviceNGAPID
            }
            sessions.append(session)
        case .pending(let orderID, let device):
            orders[orderID]?.pending.removeAll { $0.deviceID == device.deviceID }
            orders[orderID]?.pending.append(device)
        case .requestEnded(let correlation):
            #expect(requests.removeValue(forKey: correlation) != nil, "a request ends once")
            sessions.removeAll { $0.correlation == correlation }
        }
    }

    mutating func apply(_ result: DeviceResult, orderID: UInt64) {
        #expect(orders[orderID]?.reported.insert(result.deviceID).inserted == true, "a device is told once in an order")
        orders[orderID]?.pending.removeAll { $0.deviceID == result.deviceID }
    }

    mutating func finish(_ orderID: UInt64) {
        orders[orderID]?.isFinished = true
        orders[orderID]?.pending = []
    }

    /// What the AIoTF is given when it starts again.
    var state: StoredState {
        let remembered = Set(requests.values.map(\.orderID))
        return StoredState(
            lastCorrelation: lastCorrelation,
            orders: orders.values.filter { !$0.isFinished || remembered.contains($0.id) }.sorted { $0.id < $1.id },
            requests: requests.values.sorted { $0.correlation < $1.correlation }, sessions: sessions)
    }

    var registry: Registry {
        var registry = Registry()
        for device in devices { #expect(throws: Never.self) { try registry.provision(device) } }
        for group in groups { #expect(throws: Never.self) { try registry.provision(group) } }
        return registry
    }
}
