package import AIoTBase
package import AIoTLink
package import AIoTReader
package import RadioFrontEnd
package import Spool

/// What those see who look at the loop: metrics, traces, captures, event streams. The loop depends on none of it.
package enum LoopSight: Sendable {
    case radio(RadioState, why: String)
    case carrier(isOn: Bool)
    /// The radio lost the carrier: every device has lost its session.
    case carrierLost
    case transmit(R2DTransmission)
    /// What came of a transmission.
    /// - `told`: when the radio put it into the loop's inbox; a simulated radio tells it before it ends.
    case outcome(id: UInt64, RadioOutcome, told: AirTime)
    case notice(ReaderNotice)
    case link(LinkID, LinkEvent, told: AirTime)
    /// A PDU that waited until the spool was flushed, or not at all, is handed to the reader core.
    case received(LinkID, [UInt8], told: AirTime)
    /// `frame`: its number at the link; nil where the link was down and it was dropped.
    case sent(LinkID, [UInt8], frame: UInt64?)
    /// A relay was ordered, and sent under `frame` where its link was up.
    case relay(Relay, frame: UInt64?)
    case spooled(relay: UInt64, Result<UInt64, SpoolError>, told: AirTime)
    /// The daemon's configuration was applied anew, or was refused and why.
    case reloaded(problem: String?)
    case draining(Bool)
    case stopping
    /// A health rule has fired, or is over.
    case health(HealthFinding)
    /// An input was dealt with: how long it waited in the inbox, and how long it took.
    case turned(waited: AirDuration, handled: AirDuration)
    /// Once a second at least, and whenever somebody asks.
    case pulse(LoopFacts)
}

/// What can be read off the loop at any time.
package struct LoopFacts: Sendable {
    package var counters: ReaderCounters
    package var radio: RadioCounters
    package var radioState: RadioState
    package var radioWhy: String
    package var isCarrierOn: Bool
    package var links: [LinkFacts]
    package var spool: SpoolStatus
    package var openInventories: Int
    package var isDraining: Bool
}

/// Where one link stands.
package struct LinkFacts: Hashable, Sendable {
    package var name: String
    package var isUp: Bool
    package var isCongested: Bool
    /// In words: `connecting`, `up`, `down: why`.
    package var text: String
}

/// Looks at what the loop does, on the loop's own task: it must not wait, and nothing comes back from it.
package protocol LoopObserver: AnyObject, Sendable {
    func see(_ sight: LoopSight, at now: AirTime)
}
