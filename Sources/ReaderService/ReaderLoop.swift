import AIoTBase
import AIoTLink
import AIoTReader
import Logging
import RadioFrontEnd
import ServiceManager
import Spool

/// The one loop of the daemon that reads a clock: between radio, reader core, spool and links.
///
/// Everything comes in through `handle`, one after the other; nothing in it waits.
struct ReaderLoop {
    /// What the loop drives.
    struct Shells {
        var frontEnd: any RadioFrontEnd
        /// By `LinkID`.
        var links: [any AIoTFLink]
        var linkNames: [String]
        /// The place of the local link; nil: there is none.
        var localLink: LinkID?
        var spool: Spool
        var epochFile: EpochFile
        var log: Logger
        /// The time on the sample clock of this process.
        var now: @Sendable () -> AirTime
        var put: @Sendable (LoopInput) -> Void
        /// Tells the service manager.
        var manager: @Sendable (ServiceNotice) -> Void
        /// Told of everything, in this order.
        var observers: [any LoopObserver] = []
    }

    var reader: Reader
    let shells: Shells
    var stopTimeout: AirDuration
    var service: ServiceState
    /// The log has it that the service was ready once.
    var isServing = false
    var book = RelayBook()
    /// What the epoch file holds.
    var epoch: UInt16
    /// What came of the frame that is on the air, once that time has come.
    var outcome: (id: UInt64, outcome: RadioOutcome)?
    /// Set once the service is to stop.
    private var stopDeadline: AirTime?
    var linkFacts: [LinkFacts]
    var radioState = RadioState.opening
    var radioWhy = "not heard of yet"
    var isCarrierOn = false
    private(set) var isDraining = false
    /// By link: PDUs that wait until the spool has been flushed; a link's credit bounds them.
    var held: [LinkID: [(octets: [UInt8], told: AirTime)]] = [:]
    var busy: [Bool]
    /// Relays that the AIoTF of the local link has not confirmed, in order.
    var unconfirmed: [(relay: UInt64, frame: UInt64)] = []
    /// The last refusal of the spool that was told.
    var toldRefusal: SpoolError?
    /// Health rules that say that the service is degraded, and why.
    var degradations: [String: String] = [:]
    /// Why the service ends for the service manager to start it anew; nil where it does not.
    var restart: HealthRestart?
    /// Whether the service has come to its end.
    private(set) var isFinished = false

    /// - Parameter configuration: its epoch is the one that the epoch file holds.
    init(
        configuration: ReaderConfiguration, shells: Shells, stopTimeout: AirDuration, readiness: Readiness = Readiness()
    ) {
        reader = Reader(configuration: configuration)
        epoch = configuration.identity.epoch
        self.shells = shells
        self.stopTimeout = stopTimeout
        service = ServiceState(readiness: readiness)
        linkFacts = shells.linkNames.map { LinkFacts(name: $0, isUp: false, isCongested: false, text: "connecting") }
        busy = shells.linkNames.map { _ in false }
        // Nothing goes on the air before the radio has said that it can.
        reader.handle(.radioChanged(isUsable: false), at: shells.now())
    }

    /// Takes in what happened and carries out what follows.
    /// - Parameter told: when it was put into the inbox; nil: now.
    /// - Returns: when to come back at the latest; nil where nothing waits for a time.
    /// - Throws: where the state directory cannot be written any more: to go on would give an ID twice.
    mutating func handle(_ input: LoopInput, told: AirTime? = nil) throws(StateError) -> AirTime? {
        let now = shells.now()
        let told = told ?? now
        endTransmission(at: now)
        switch input {
        case .link(let link, let event): handle(event, of: link, told: told, at: now)
        case .radio(let event): handle(event, told: told, at: now)
        case .spooled(let relay, let result): spooled(relay, result, told: told, at: now)
        case .tick: break
        case .pulse: pulse(at: now)
        case .ask: see(.pulse(facts), at: now)
        case .drain(let isDraining):
            self.isDraining = isDraining
            reader.handle(.draining(isDraining), at: now)
            see(.draining(isDraining), at: now)
            tellStatus()
        case .reloading: tell(service.reloading())
        case .reconfigure(let configuration):
            reader.reconfigure(configuration.reader)
            shells.frontEnd.keep(to: configuration.reader.limits)
            stopTimeout = configuration.stopTimeout
            service.readiness = configuration.readiness
            endReload(problem: nil, at: now)
        case .reloadRefused(let problem): endReload(problem: problem, at: now)
        case .health(let finding): handle(finding, at: now)
        case .stop: stop(at: now)
        }
        carryOut(book.advance(to: now), at: now)
        releaseHeld(at: now)
        reader.advance(to: now)
        try settle(at: now)
        finishIfStopped(at: now)
        see(.turned(waited: now - told, handled: shells.now() - now), at: now)
        return nextDeadline
    }

    mutating func stop(at now: AirTime) {
        guard stopDeadline == nil else { return }
        tell(service.stopping())
        stopDeadline = now + stopTimeout
        see(.stopping, at: now)
        reader.handle(.stopping, at: now)
    }

    private var nextDeadline: AirTime? {
        [reader.nextDeadline, book.nextDeadline, outcome?.outcome.end, stopDeadline].compactMap { $0 }.min()
    }

    func see(_ sight: LoopSight, at now: AirTime) {
        for observer in shells.observers { observer.see(sight, at: now) }
    }

    /// How things stand.
    var facts: LoopFacts {
        LoopFacts(
            counters: reader.counters, radio: shells.frontEnd.counters, radioState: radioState, radioWhy: radioWhy,
            isCarrierOn: isCarrierOn, links: shownLinks, spool: shells.spool.status,
            openInventories: reader.openInventories, isDraining: isDraining)
    }

    private mutating func finishIfStopped(at now: AirTime) {
        guard let stopDeadline, !isFinished, reader.isIdle || stopDeadline <= now else { return }
        if !reader.isIdle { shells.log.warning("stopping with exchanges in flight: their time was over") }
        shells.frontEnd.setCarrier(isOn: false, at: now)
        isFinished = true
        let counters = reader.counters
        let dropped = DropReason.allCases.compactMap { reason in
            counters.dropped[reason].map { "\(reason.rawValue) \($0)" }
        }
        let spool = shells.spool.status
        shells.log.info(
            """
            \(counters.acknowledged) devices acknowledged in \(counters.rounds) rounds; dropped: \
            \(dropped.isEmpty ? "nothing" : dropped.joined(separator: ", ")); spool: \(spool.records) records wait, \
            \(spool.turnedAway) were turned away
            """)
    }
}
