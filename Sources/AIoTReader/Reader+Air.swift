import AIoTBase
import AIoTRelay
import NGAP

/// The limits of the air (`AirLimits`), whatever the inventories want.
///
/// A carrier that goes off takes every device's session along, and a device that has counted a paging does not take it
/// again under the same nonce1 (`spec/1`): so an inventory that has been paged ends with a pause, and its AIoTF asks for
/// what is missing under a new nonce1. What has not been paged waits.
extension Reader {
    /// Gives the air something to do, as far as it may be used.
    mutating func useAir(at time: AirTime) {
        if air.isOver(at: time) { pauseAir(at: time) }
        guard transmitting == nil, radioAwaySince == nil, mayUseAir(at: time) else { return }
        transmitNext(at: time)
        guard air.isLimited, transmitting == nil else { return }
        if isStarved { pauseAir(at: time) }
        if !air.isCarrierOn, mayUseAir(at: time) { transmitNext(at: time) }
    }

    /// Occasions would take longer than the carrier may be on, and no exchange needs it any more.
    private var isStarved: Bool {
        air.isCarrierOn && inventories.contains(where: \.isShortOfAir) && inventories.allSatisfy(\.isAtRest)
    }

    /// Whether the carrier is on, or may come up for the first inventory that wants it.
    private mutating func mayUseAir(at time: AirTime) -> Bool {
        guard air.isLimited, !air.isCarrierOn else { return true }
        while let next = inventories.first(where: { !$0.isComplete && opensOccasions(for: $0.request) }) {
            switch air.admit(next, at: time) {
            case .go: return true
            case .listening: return false
            case .listen(let duration, let isUnanswered):
                if isUnanswered { tellWait(.cannotListen, at: time) }
                guard !air.isChannelLost(at: time) else {
                    giveUpWaiting()
                    continue
                }
                put(.listen(duration))
                return false
            case .wait(let pause):
                tellWait(pause, at: time)
                return false
            case .never:
                giveUp(next.request.name, .released, reason: .airtime, cause: .controlProcessingOverload)
            }
        }
        endWait(at: time)
        return false
    }

    /// Takes what the receiver has heard while the carrier was off.
    mutating func hear(_ levelDBFS: Double?, at time: AirTime) {
        guard let pause = air.hear(levelDBFS, at: time) else { return }
        if case .channelBusy = pause { pastCounters.channelBusy += 1 }
        tellWait(pause, at: time)
    }

    /// Another reader may hear less.
    private mutating func giveUpWaiting() {
        for request in inventories.map(\.request) where opensOccasions(for: request) {
            giveUp(request.name, .released, reason: .airtime, cause: .controlProcessingOverload)
        }
    }

    /// Nobody waits for the air any more.
    mutating func endWait(at time: AirTime) {
        if let since = air.waitingSince {
            pastCounters.airWaited = pastCounters.airWaited + (time - since)
            put(.notice(.airOpen(waited: time - since)))
        }
        air.endWait()
    }

    private mutating func tellWait(_ pause: AirPause, at time: AirTime) {
        if air.wait(because: pause, at: time) { put(.notice(.airClosed(pause))) }
    }

    /// The carrier goes off because it must; what has been paged ends.
    mutating func pauseAir(at time: AirTime) {
        pastCounters.forcedPauses += 1
        loseCarrier(cause: .aiotDeviceNotReachable, reason: .airtime)
        switchCarrier(isOn: false, at: time)
        air.isRecovering = true
    }

    mutating func switchCarrier(isOn: Bool, at time: AirTime) {
        guard isOn != air.isCarrierOn else { return }
        if isOn {
            endWait(at: time)
            air.turnOn(at: time)
        } else {
            air.turnOff(at: time)
        }
        put(.carrier(isOn: isOn))
    }
}
