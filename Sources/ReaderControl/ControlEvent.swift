package import AIoTBase
package import AIoTReader
import AIoTRelay
package import ControlSocket
package import RadioFrontEnd

/// Something that clients are told who watch the daemon (docs/control.md "events").
package enum ControlEvent: Hashable, Sendable {
    case frontEnd(RadioState, why: String)
    /// The radio lost the carrier, and every device its session.
    case carrierLost
    case link(name: String, state: LinkState, why: String?)
    case inventoryBegun(TransactionID)
    case round(TransactionID, round: Int, q: Int, acknowledged: Int)
    case inventoryComplete(TransactionID, acknowledged: Int, rounds: Int)
    case inventoryEnded(TransactionID, acknowledged: Int, EndReason)
    /// An exchange by its RAN-AIOT-Device-NGAP-ID; only for those who want them.
    case exchangeOpened(TransactionID, UInt32)
    case exchangeClosed(TransactionID, UInt32, outcome: String)
    case trouble(Trouble)
    case reloaded(problem: String?)
    case draining(Bool)
    case stopping

    package enum LinkState: String, Sendable {
        case connecting
        case up
        case down
        case slow
    }

    var isOfAnExchange: Bool {
        switch self {
        case .exchangeOpened, .exchangeClosed: true
        default: false
        }
    }

    /// - Parameters:
    ///   - time: on the wall clock, as text.
    package func line(time: String) -> JSONLine {
        var line = JSONLine(type: type)
        line.add("time", time)
        switch self {
        case .frontEnd(let state, let why):
            line.add("state", state.rawValue)
            line.add("why", why)
        case .carrierLost: line.add("lost", true)
        case .link(let name, let state, let why):
            line.add("name", name)
            line.add("state", state.rawValue)
            line.add("why", why)
        case .inventoryBegun(let id): line.add(id, "begun")
        case .round(let id, let round, let q, let acknowledged):
            line.add(id, "round")
            line.add("round", round)
            line.add("q", q)
            line.add("acknowledged", acknowledged)
        case .inventoryComplete(let id, let acknowledged, let rounds):
            line.add(id, "complete")
            line.add("acknowledged", acknowledged)
            line.add("rounds", rounds)
        case .inventoryEnded(let id, let acknowledged, let reason):
            line.add(id, "ended")
            line.add("acknowledged", acknowledged)
            line.add("reason", reason.rawValue)
        case .exchangeOpened(let id, let exchange):
            line.add(id, "opened")
            line.add("exchange", exchange)
        case .exchangeClosed(let id, let exchange, let outcome):
            line.add(id, "closed")
            line.add("exchange", exchange)
            line.add("outcome", outcome)
        case .trouble(let trouble):
            line.add("over", trouble.over != nil)
            line.add("kind", trouble.kind.description)
            line.add("cause", trouble.cause)
            line.add("remedy", trouble.kind.remedy)
        case .reloaded(let problem):
            line.add("applied", problem == nil)
            line.add("why", problem)
        case .draining(let isDraining): line.add("draining", isDraining)
        case .stopping: break
        }
        return line
    }

    private var type: String {
        switch self {
        case .frontEnd: "front-end"
        case .carrierLost: "carrier"
        case .link: "link"
        case .inventoryBegun, .round, .inventoryComplete, .inventoryEnded: "inventory"
        case .exchangeOpened, .exchangeClosed: "exchange"
        case .trouble: "trouble"
        case .reloaded: "reload"
        case .draining: "draining"
        case .stopping: "stopping"
        }
    }
}

extension JSONLine {
    fileprivate mutating func add(_ id: TransactionID, _ step: String) {
        add("inventory", id.value)
        add("step", step)
    }
}
