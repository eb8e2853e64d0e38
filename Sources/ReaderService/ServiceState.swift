import RadioFrontEnd
import ServiceManager

/// Decides what the service manager is told, and when: that the service is ready, how it is, that it lives.
///
/// READY goes out once, when front end and links are as `readiness` says; until then the manager is told what is waited for,
/// and at every pulse to be patient, as while the service stops: `stop-timeout-ms` may be longer than the manager waits.
struct ServiceState {
    /// So long the manager waits for the next pulse of a service that starts or stops (*ours*).
    static let patienceSeconds = 10
    /// Longest cause within a status; the log has all of it (*ours*).
    static let longestCause = 160

    var readiness: Readiness
    private(set) var isReady = false
    private var isStopping = false
    private var isReloading = false
    /// Why the last reload was refused; until the next one.
    private var refusal: String?
    private var status: String?
    private var watchdog = WatchdogGuard()

    init(readiness: Readiness) {
        self.readiness = readiness
    }

    /// Something has changed.
    /// - Parameter troubles: each in short.
    mutating func look(_ facts: LoopFacts, troubles: [String] = []) -> [ServiceNotice] {
        guard !isStopping else { return [] }
        let missing = missing(facts)
        if !isReady, missing.isEmpty {
            isReady = true
            status = text(facts, troubles)
            return [.ready(status: status ?? "")]
        }
        let next = isReady ? text(facts, troubles) : "waiting for " + missing.joined(separator: "; for ")
        defer { status = next }
        return next == status ? [] : [.status(next)]
    }

    /// The loop turns.
    mutating func pulse(_ facts: LoopFacts, flow: SampleFlow?, troubles: [String] = []) -> [ServiceNotice] {
        var notices = look(facts, troubles: troubles)
        if !isReady || isStopping { notices.append(.extendTimeout(seconds: Self.patienceSeconds)) }
        if watchdog.mayFeed(facts.radioState, flow) { notices.append(.watchdog) }
        return notices
    }

    /// A reload begins. A service that has not been ready yet goes on starting.
    mutating func reloading() -> [ServiceNotice] {
        guard isReady, !isStopping else { return [] }
        isReloading = true
        return [.reloading]
    }

    /// A reload has ended.
    /// - Parameter problem: why all is as it was; nil: the new configuration is in force.
    mutating func reloaded(problem: String?, _ facts: LoopFacts, troubles: [String] = []) -> [ServiceNotice] {
        refusal = problem
        guard isReloading, !isStopping else { return look(facts, troubles: troubles) }
        isReloading = false
        let text = text(facts, troubles)
        status = text
        return [.ready(status: text)]
    }

    mutating func stopping() -> [ServiceNotice] {
        guard !isStopping else { return [] }
        isStopping = true
        return [.stopping]
    }
}

extension ServiceState {
    /// What has to come before the service is ready.
    private func missing(_ facts: LoopFacts) -> [String] {
        var missing: [String] = []
        if readiness.frontEnd == .usable, !facts.radioState.isUsable {
            missing.append("the front end: \(facts.radioState.rawValue): \(Self.short(facts.radioWhy))")
        }
        let down = facts.links.filter { !$0.isUp }
        let texts = down.map { "\($0.name) \(Self.short($0.text))" }.joined(separator: ", ")
        switch readiness.links {
        case .none: break
        case .any: if down.count == facts.links.count { missing.append("a link: \(texts)") }
        case .all: if !down.isEmpty { missing.append("all links: \(texts)") }
        }
        return missing
    }

    private func text(_ facts: LoopFacts, _ troubles: [String]) -> String {
        let why = facts.radioState == .ready ? "" : ": \(Self.short(facts.radioWhy))"
        var parts = ["front end \(facts.radioState.rawValue)\(why)"]
        parts += facts.links.map {
            "link \($0.name) \(Self.short($0.text))\($0.isUp && $0.isCongested ? ", slow" : "")"
        }
        switch facts.openInventories {
        case 0: break
        case 1: parts.append("1 inventory")
        default: parts.append("\(facts.openInventories) inventories")
        }
        if facts.isDraining { parts.append("draining") }
        parts += troubles.map(Self.short)
        if let refusal { parts.append("reload refused: \(Self.short(refusal))") }
        return parts.joined(separator: "; ")
    }

    private static func short(_ text: String) -> String {
        text.count <= longestCause ? text : text.prefix(longestCause) + "..."
    }
}
