import AIoTBase
import Logging
import RadioFrontEnd
import ServiceManager

/// What the service manager is told.
extension ReaderLoop {
    mutating func tellStatus() { tell(service.look(facts, troubles: troubles)) }

    /// Fed from here, so that the watchdog bites where the loop hangs.
    mutating func pulse(at now: AirTime) {
        let facts = facts
        see(.pulse(facts), at: now)
        tell(service.pulse(facts, flow: shells.frontEnd.flow, troubles: troubles))
    }

    mutating func endReload(problem: String?, at now: AirTime) {
        see(.reloaded(problem: problem), at: now)
        tell(service.reloaded(problem: problem, facts, troubles: troubles))
    }

    mutating func tell(_ notices: [ServiceNotice]) {
        for notice in notices {
            if case .ready(let status) = notice, !isServing {
                isServing = true
                shells.log.info("serving: \(status)")
            }
            shells.manager(notice)
        }
    }

    /// Each in short.
    private var troubles: [String] {
        (toldRefusal.map { ["devices are not acknowledged: \($0)"] } ?? [])
            + degradations.sorted { $0.key < $1.key }.map { "degraded by rule \($0.key): \($0.value)" }
    }
}
