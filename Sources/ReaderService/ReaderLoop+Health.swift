import AIoTBase
import Logging

extension ReaderLoop {
    /// Says what a health rule has found; `restart` ends the service as SIGTERM does.
    mutating func handle(_ finding: HealthFinding, at now: AirTime) {
        see(.health(finding), at: now)
        shells.log.log(
            level: finding.isOver ? .notice : .warning,
            "health rule \(finding.name)\(finding.isOver ? " is over" : ""): \(finding.text)")
        switch finding.deed {
        case .log: break
        case .degrade:
            degradations[finding.name] = finding.isOver ? nil : finding.text
            tellStatus()
        case .restart where finding.isOver: break
        case .restart:
            restart = restart ?? HealthRestart(rule: finding.name, text: finding.text)
            stop(at: now)
        }
    }
}
