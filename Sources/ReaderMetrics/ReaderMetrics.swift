package import AIoTBase
import AIoTLink
import AIoTMac
import AIoTReader
import AIoTRelay
import Metrics
import RadioFrontEnd
package import ReaderService
import Spool
import Synchronization
package import Telemetry

/// Looks at the loop and counts what it does; holds the health rules against what was counted.
///
/// It is called on the loop's task: each sight costs a few additions under uncontended locks.
package final class ReaderMetrics: LoopObserver {
    struct State {
        /// Of the last pulse.
        var facts: LoopFacts?
        var transmission: (id: UInt64, type: String, burst: String)?
        /// PDUs that are not confirmed, by link, oldest first.
        var sent: [[(frame: UInt64, time: AirTime)]]
        /// When devices were reported whose AIoTF has not answered.
        var reported: [UInt32: AirTime] = [:]
        var watch = HealthWatch()
        var degradations: [String: String] = [:]
        var lastPulse: ContinuousClock.Instant?
        var tell: (@Sendable (HealthFinding) -> Void)?
    }

    /// What is kept of one link, and of exchanges; what is older is not measured (*ours*).
    static let mostOutstanding = 256

    let registry: MetricsRegistry
    let instruments: Instruments
    let state: Mutex<State>

    /// - Parameters:
    ///   - linkNames: by `LinkID`.
    ///   - build: labels of `aiot_reader_build_info`.
    package init(registry: MetricsRegistry, linkNames: [String], build: [(String, String)]) {
        self.registry = registry
        registry.describe(Self.descriptions)
        instruments = Instruments(linkNames: linkNames, registry)
        state = Mutex(State(sent: linkNames.map { _ in [] }))
        Meter(label: "aiot_reader_build_info", dimensions: build, factory: registry).set(1)
    }

    /// Takes the place of the health rules that there are.
    /// - Parameter tell: whom findings go to from now on; nil: as before.
    package func setHealthRules(_ rules: [HealthRule], tell: (@Sendable (HealthFinding) -> Void)? = nil) {
        let (findings, firing, teller) = state.withLock { state in
            if let tell { state.tell = tell }
            let findings = state.watch.set(rules)
            return (findings, state.watch.firing, state.tell)
        }
        for rule in rules { self.firing(rule.name).set(firing.contains(rule.name) ? 1 : 0) }
        for finding in findings { teller?(finding) }
    }

    /// For `/healthz`: the loop turns, frames can go on the air, and no health rule says that the service is degraded.
    package var health: MetricsEndpoint.Health {
        state.withLock { state in
            guard let facts = state.facts, let pulse = state.lastPulse else {
                return .init(isWell: false, text: "starting")
            }
            if ContinuousClock.now - pulse > .seconds(5) {
                return .init(isWell: false, text: "the loop does not turn: see docs/runbook.md")
            }
            var troubles = state.degradations.sorted { $0.key < $1.key }.map { "rule \($0.key): \($0.value)" }
            if !facts.radioState.isUsable {
                troubles.append("front end \(facts.radioState.rawValue): \(facts.radioWhy)")
            }
            return .init(isWell: troubles.isEmpty, text: troubles.isEmpty ? "well" : troubles.joined(separator: "; "))
        }
    }

    package func see(_ sight: LoopSight, at now: AirTime) {
        switch sight {
        case .turned(let waited, let handled):
            instruments.waited.recordNanoseconds(waited.nanoseconds)
            instruments.handled.recordNanoseconds(handled.nanoseconds)
        case .pulse(let facts): pulse(facts, at: now)
        case .radio(let state, _): show(state)
        case .carrierLost: instruments.carrierLost.increment()
        case .transmit(let transmission): see(transmission)
        case .outcome(let id, let outcome, _): see(outcome, of: id)
        case .notice(let notice): see(notice, at: now)
        case .link(let id, let event, _): see(event, of: id, at: now)
        case .sent(let link, _, let frame): noteSent(frame, over: link, at: now)
        case .relay(let relay, let frame): noteSent(frame, over: relay.link, at: now)
        case .draining(let isDraining): instruments.draining.set(isDraining ? 1 : 0)
        case .health(let finding): show(finding)
        default: break
        }
    }

    private func show(_ finding: HealthFinding) {
        firing(finding.name).set(finding.isOver ? 0 : 1)
        guard finding.deed == .degrade else { return }
        state.withLock { $0.degradations[finding.name] = finding.isOver ? nil : finding.text }
    }

    private func firing(_ rule: String) -> Meter {
        Meter(label: "aiot_reader_health_rule_firing", dimensions: [("rule", rule)], factory: registry)
    }
}
