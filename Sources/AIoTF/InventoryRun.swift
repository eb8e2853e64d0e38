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
        /// A Release Command is out, answered until the deadline; then the next request at this reader or at another.
        case releasing(isRestart: Bool)
    }

    /// What has been tried at the reader whose turn it is.
    struct Turn: Sendable {
        let reader: ReaderIdentity
        /// Group requests in a row that found nobody new.
        var fruitless = 0
        /// Members still to be paged singly, the next one last.
        var singles: [[UInt8]] = []
        var hasPagedSingly = false
    }

    let id: UInt64
    let order: InventoryOrder
    var phase = Phase.toRequest
    var isCancelled = false
    /// The target of the request at hand: the order's, or one member that the group pagings did not reach.
    var target: InventoryTarget
    /// The correlation of the request at hand.
    var correlation: Int?
    /// Nil between two readers. It outlasts the loss of the reader's link.
    var turn: Turn?
    /// Readers that are through, or do not serve the area.
    var asked: Set<ReaderIdentity> = []
    /// Readers that have completed a request.
    var completed: Set<ReaderIdentity> = []
    /// Why the last request at a reader did not complete.
    var causes: [ReaderIdentity: String] = [:]
    var requestsAt: [ReaderIdentity: Int] = [:]
    var requests = 0
    /// Devices told to the consumer.
    var reported: Set<[UInt8]> = []
    /// Devices that are there and whose command has no outcome yet.
    var pending: [[UInt8]: PendingDevice] = [:]
    /// Counters taken from devices, at most 3 (`spec/1 "Messages"`).
    var resynchronisations = 0
    var deadline: AirTime?
    /// How long a reader that is away is waited for before the order ends; nil when it need not.
    var patience: AirTime?

    init(id: UInt64, order: InventoryOrder) {
        self.id = id
        self.order = order
        target = order.target
    }
}

/// An order that has ended, while a reader may still have something of its requests.
struct EndedOrder: Sendable {
    let command: FollowOnCommand?
    var reported: Set<[UInt8]>
}

/// A reader whose NG Setup is through.
struct ConnectedReader: Sendable {
    let id: ReaderID
    let identity: ReaderIdentity
    /// Codes of its tracking areas in this PLMN, 3 octets each.
    let areas: Set<[UInt8]>
    /// How long it is given to say what it has kept of remembered requests, before it gets a new one; nil: it has.
    var settlesUntil: AirTime?
}
