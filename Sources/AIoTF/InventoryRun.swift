import AIoTBase
import AIoTSecurity
import NGAP

/// One order being carried out: its requests one after the other, and what they have found.
struct InventoryRun: Sendable {
    /// Where the request at hand stands.
    enum Phase: Hashable, Sendable {
        /// An Inventory Request is to be sent, once the deadline is over where there is one.
        case toRequest
        /// The reader has it, until the deadline.
        case active
        /// A Release Command is out, answered until the deadline; then either the next request or the end.
        case releasing(isRestart: Bool)
    }

    let id: UInt64
    let order: InventoryOrder
    var phase = Phase.toRequest
    /// The target of the request at hand: the order's, or one member that the group pagings did not reach.
    var target: InventoryTarget
    var request: RequestState?
    var requests = 0
    /// Group requests in a row that found nobody new.
    var fruitless = 0
    /// Devices told to the consumer.
    var reported: Set<[UInt8]> = []
    /// Devices to which the command has gone and from which no outcome is known, and whether they are authenticated.
    var commandsOut: [[UInt8]: Bool] = [:]
    /// Members still to be paged singly, the next one last.
    var singles: [[UInt8]] = []
    var hasPagedSingly = false
    /// Counters taken from devices, at most 3 (`spec/1 "Messages"`).
    var resynchronisations = 0
    var deadline: AirTime?

    init(id: UInt64, order: InventoryOrder) {
        self.id = id
        self.order = order
        target = order.target
    }
}

/// A reader whose NG Setup is through.
struct ConnectedReader: Sendable {
    let id: ReaderID
    /// What it is known by when it comes back over another connection.
    let globalGNBID: GlobalGNBID
}

/// One Inventory Request: its nonce1, whom it may find, and the sessions under it.
struct RequestState: Sendable {
    let reader: ConnectedReader
    let correlation: Int
    let nonce1: Nonce
    let target: InventoryTarget
    /// The counter paged, where there is one.
    let counter: UInt32?
    let hasFollowOn: Bool
    var candidates: Candidates
    /// Those of answers that were taken.
    var seenNonce2: Set<Nonce> = []
    /// Devices that are done under this nonce1.
    var done: Set<[UInt8]> = []
    /// By RAN-AIOT-Device-NGAP-ID.
    var sessions: [UInt32: DeviceSession] = [:]
    /// Under which name each device has its latest session.
    var sessionNames: [[UInt8]: UInt32] = [:]
    var foundBefore: Int
    var isComplete = false
}

/// A request whose link was lost before its end.
struct OrphanedRequest: Sendable {
    let orderID: UInt64
    var request: RequestState
}
