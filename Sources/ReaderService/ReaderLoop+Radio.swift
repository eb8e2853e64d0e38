import AIoTBase
import AIoTReader
import Logging
import RadioFrontEnd

extension ReaderLoop {
    mutating func handle(_ event: RadioEvent, told: AirTime, at now: AirTime) {
        switch event {
        case .transmissionEnded(let id, let outcome):
            see(.outcome(id: id, outcome, told: told), at: now)
            log(outcome, of: id)
            self.outcome = (id, outcome)
            endTransmission(at: now)
        case .carrierLost:
            outcome = nil
            see(.carrierLost, at: now)
            shells.log.warning("the carrier was lost: every device has lost its session")
            reader.handle(.carrierLost, at: now)
        case .stateChanged(let state, let why): changeRadio(to: state, why: why, at: now)
        case .channelHeard(let level): reader.handle(.channelHeard(levelDBFS: level), at: now)
        }
    }

    /// A simulated radio tells what came of a frame before its end has come.
    mutating func endTransmission(at now: AirTime) {
        guard let (id, outcome) = outcome, outcome.end <= now else { return }
        self.outcome = nil
        reader.handle(.transmissionEnded(id: id, reports: outcome.reports), at: now)
    }

    private mutating func changeRadio(to state: RadioState, why: String, at now: AirTime) {
        let isFine = state == .ready || state == .opening
        shells.log.log(level: isFine ? .notice : .warning, "front end \(state.rawValue): \(why)")
        radioState = state
        radioWhy = why
        see(.radio(state, why: why), at: now)
        tellStatus()
        // What was on the air is not told any more.
        if !state.isUsable {
            outcome = nil
            isCarrierOn = false
        }
        reader.handle(.radioChanged(isUsable: state.isUsable), at: now)
    }
}
