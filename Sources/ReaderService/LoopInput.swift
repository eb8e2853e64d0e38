import AIoTBase
import AIoTLink
import AIoTReader
import RadioFrontEnd
import Spool

/// What comes to the reader's loop from the threads around it.
///
/// The inbox needs no bound of its own: a link has 256 PDUs outstanding at most, the radio one frame, the spool what the
/// core has ordered.
enum LoopInput: Sendable {
    case link(LinkID, LinkEvent)
    case radio(RadioEvent)
    /// The spool has a relay, or will not have it.
    case spooled(relay: UInt64, Result<UInt64, SpoolError>)
    /// A deadline has come.
    case tick
    /// Comes every second at least: whoever looks at the loop is told the facts, and the service manager that it turns.
    case pulse
    /// Whoever looks at the loop is told the facts now.
    case ask
    /// No new inventories are taken, or are again.
    case drain(Bool)
    /// A reload begins; one of the two that follow ends it.
    case reloading
    /// A configuration that has been validated; what cannot change live is as it was.
    case reconfigure(LiveConfiguration)
    case reloadRefused(String)
    /// What a health rule has found.
    case health(HealthFinding)
    /// The operator ends the service.
    case stop
}

/// An input, and when it was put into the inbox.
struct LoopArrival: Sendable {
    var input: LoopInput
    var time: AirTime
}
