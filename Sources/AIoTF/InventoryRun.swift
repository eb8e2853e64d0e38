import AIoTBase
import AIoTSecurity
import NGAP

/// One order being carried out: its requests one after the other, and what they have found.
struct InventoryRun: Sendable {
    /// Where the request at hand stands.
    enum Phase: Hashable, Sendable {
        /// An Inventory Request is to be sent.
        case toRequest
        /// The reader has it.
        case active
        /// A Release Command is out; then either the next request or the end.
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
    /// Devices whose command has been carried out or has failed for good.
    var commanded: Set<[UInt8]> = []
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

/// One Inventory Request: its nonce1, whom it may find, and the sessions under it.
struct RequestState: Sendable {
    let correlation: Int
    let nonce1: Nonce
    let target: InventoryTarget
    /// The counter paged, where there is one.
    let counter: UInt32?
    let hasFollowOn: Bool
    var candidates: Candidates
    var seenNonce2: Set<Nonce> = []
    /// Devices that are done under this nonce1.
    var done: Set<[UInt8]> = []
    var sessions: [UInt32: DeviceSession] = [:]
    var foundBefore: Int
    var isComplete = false
}

/// One device's session, from its access response on.
struct DeviceSession: Sendable {
    enum Phase: Hashable, Sendable {
        /// The network response is out.
        case awaitingIDReport
        /// A command is out.
        case awaitingCommandResponse
        case over
    }

    let deviceID: [UInt8]
    var keys: SessionKeys
    var phase: Phase
    var isAuthenticated: Bool
    /// COUNT of the next protected PDU in each direction.
    var r2dCount: UInt32 = 0
    var d2rCount: UInt32
    /// The PDU that is out, to be sent again octet for octet, and the size of its answer.
    var lastPDU: [UInt8] = []
    var lastSize = 0
    var repeats = 0

    /// How often a PDU is sent again after a Command Failure.
    static let repeatLimit = 2
}
