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
    /// The operator ends the service.
    case stop
}
