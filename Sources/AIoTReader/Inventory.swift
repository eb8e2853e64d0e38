import AIoTAccess
import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTRelay

/// What the AIoTF asked for, free of NGAP.
struct AirRequest: Hashable, Sendable {
    /// An inventory belongs to one link and is named by its AIoTF and a correlation identifier.
    struct Name: Hashable, Sendable {
        var link: LinkID
        var aiotfIdentifier: [UInt8]
        var correlation: Int
    }

    var name: Name
    /// The paging A-IoT NAS PDU.
    var pagingPDU: [UInt8]
    /// One device is asked for: CFRA unless configured otherwise, and done when it is acknowledged.
    var isSingleDevice: Bool
    /// Octets of the access response.
    var expectedD2RMsgSize: Int
    var expectedDevices: Int?
    var hasFollowOn: Bool
    /// Devices that have answered wait for a network response, and take no paging meanwhile.
    var devicesAwaitNetwork: Bool
}

/// One inventory on the air: its rounds, its exchanges, and the order of its messages.
///
/// The reader asks for one air action at a time and hands back what came of it.
struct Inventory: Sendable {
    /// A message and what the bursts after it mean.
    struct AirAction: Sendable {
        enum Purpose: Hashable, Sendable {
            /// The open occasions of the round.
            case occasions
            /// One burst each of these exchanges, by device NGAP ID.
            case exchanges([UInt32])
            case none
        }
        var message: R2DMessage
        var purpose: Purpose
        /// Exchanges that it is for though no burst of theirs follows.
        var addressees: [UInt32] = []
        /// What came from the AIoTF may not go on the air after this; nil for what is the reader's own.
        var deadline: AirTime?

        var exchanges: [UInt32] {
            if case .exchanges(let ids) = purpose { ids } else { addressees }
        }
    }

    /// What goes up.
    enum Report: Hashable, Sendable {
        /// `isLast`: the device is acknowledged once it has been relayed.
        case accessResponse(UInt32, [UInt8], isLast: Bool)
        case commandResponse(UInt32, [UInt8], isLast: Bool)
        case commandFailed(UInt32, Exchange.CloseReason)
        case complete
    }

    let request: AirRequest
    let transactionID: TransactionID
    let plan: AirPlan
    let mode: AccessMode

    /// Air time of a Random ID Response and its Msg3, by the number of devices less one.
    let responseCosts: [AirDuration]

    var planner: RoundPlanner
    var round: AccessRound?
    var isAborted = false
    var rounds = 0
    /// Rounds of which it is known how they ended.
    var judgedRounds = 0
    var quietRounds = 0
    /// Exchanges were open when the round at hand was paged.
    var hadExchangesAtPaging = false
    /// Nobody but those in an exchange is known to be left: the next paging waits for them.
    var onlyExchangesAreLeft = false
    var isComplete = false
    /// The next occasions want more time than the carrier may be on.
    var isShortOfAir = false
    /// Something was lost on the air that a further quiet round may bring back.
    var hasSeenLoss = false
    var acknowledged = 0

    var pool = ASIDPool()
    var exchanges: [UInt32: Exchange] = [:]
    var holders: [ASID: UInt32] = [:]
    /// In the order of their deadlines: all have the same budget.
    var awaitingAIoTF: [UInt32] = []
    /// Exchanges that are not over.
    var openExchanges = 0
    /// Exchanges whose device is acknowledged as soon as its last message has been relayed.
    var unrelayed: Set<UInt32> = []
    /// The AIoTF was late: further occasions wait until no exchange waits for it.
    var isAIoTFSlow = false

    var outbox: [AirAction] = []
    /// Of the Command Request that is being taken.
    var commandDeadline: AirTime?
    var answerable: [RandomID] = []
    var acknowledgements: [ASID] = []
    var reports: [Report] = []
    var notices: [ReaderNotice] = []
    var counters = ReaderCounters()
    /// The next device NGAP ID, handed in and out by the reader around each call.
    var deviceIDs: DeviceNGAPIDs

    init(
        request: AirRequest, transactionID: TransactionID, configuration: ReaderConfiguration,
        deviceIDs: DeviceNGAPIDs
    ) {
        self.request = request
        self.transactionID = transactionID
        plan = AirPlan(configuration: configuration)
        mode = configuration.accessMode ?? plan.accessMode(for: request)
        self.deviceIDs = deviceIDs
        responseCosts = plan.responseCosts(answer: Self.answerSchedule(request: request, plan: plan))
        let msg1 = Self.msg1Schedule(mode: mode, request: request, plan: plan)
        let plan = plan
        let limits = RoundPlanner.Limits(
            largestQ: configuration.largestQ, fixedQ: configuration.fixedQ,
            pagingCostInOccasions: plan.pagingExcess(octets: request.pagingPDU.count + 9),
            occasionCosts: (0...15).map { plan.occasionDuration(q: $0, msg1: msg1) })
        planner = RoundPlanner(limits: limits, expected: request.expectedDevices)
    }

    /// How Msg1 is sent: the bare random ID in CBRA, the access response otherwise.
    var msg1Schedule: Schedule { Self.msg1Schedule(mode: mode, request: request, plan: plan) }

    private static func msg1Schedule(mode: AccessMode, request: AirRequest, plan: AirPlan) -> Schedule {
        mode == .cbra ? plan.schedule(transportBlockOctets: 2) : answerSchedule(request: request, plan: plan)
    }

    /// How an access response is sent.
    var answerSchedule: Schedule { Self.answerSchedule(request: request, plan: plan) }

    private static func answerSchedule(request: AirRequest, plan: AirPlan) -> Schedule {
        plan.schedule(
            transportBlockOctets: AirPlan.transportBlockOctets(expectedD2RMsgSize: request.expectedD2RMsgSize))
    }

    /// When `advance` is due next.
    var nextDeadline: AirTime? {
        awaitingAIoTF.lazy.compactMap { exchanges[$0]?.deadline }.first
    }

    /// Exchanges that may wait for the AIoTF before no further occasion is opened (*ours*): what a slow AIoTF slows is
    /// new rounds, not exchanges in flight.
    static let awaitingLimit = 64

    /// Nothing is in flight: neither an exchange nor a message for the air.
    var isAtRest: Bool { openExchanges == 0 && outbox.isEmpty && acknowledgements.isEmpty }

    mutating func note(_ id: UInt32, _ step: ExchangeStep) {
        notices.append(.exchange(transactionID, device: id, step))
    }

    mutating func drop(_ reason: DropReason) {
        counters.dropped[reason, default: 0] += 1
        notices.append(.dropped(reason))
    }
}

/// Allots RAN-AIOT-Device-NGAP-IDs: upper 16 bits the epoch of this start, lower 16 bits a count (`spec/3`).
package struct DeviceNGAPIDs: Hashable, Sendable {
    package private(set) var epoch: UInt16
    private var count: UInt16 = 0

    package init(epoch: UInt16) {
        self.epoch = epoch
    }

    /// An ID unlike any before; after 65,536 of them the epoch moves on.
    package mutating func next() -> UInt32 {
        let id = UInt32(epoch) << 16 | UInt32(count)
        count &+= 1
        if count == 0 { epoch &+= 1 }
        return id
    }
}
