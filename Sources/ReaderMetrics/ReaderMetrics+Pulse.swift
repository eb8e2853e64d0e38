import AIoTBase
import AIoTReader
import Metrics
import RadioFrontEnd
import ReaderService
import Spool
import Synchronization
import Telemetry

extension ReaderMetrics {
    /// What the loop only knows as sums is counted once a second; then the health rules are looked at.
    func pulse(_ facts: LoopFacts, at now: AirTime) {
        let old = state.withLock { state in
            defer {
                state.facts = facts
                state.lastPulse = .now
            }
            return state.facts
        }
        count(facts.counters, since: old?.counters ?? ReaderCounters())
        count(facts.radio, since: old?.radio ?? RadioCounters())
        let turnedAway = facts.spool.turnedAway
        instruments.turnedAway.increment(by: turnedAway - min(turnedAway, old?.spool.turnedAway ?? 0))
        instruments.records.set(facts.spool.records)
        instruments.spoolBytes.set(facts.spool.octets)
        instruments.spoolLimit.set(facts.spool.limitOctets)
        instruments.open.set(facts.openInventories)
        instruments.draining.set(facts.isDraining ? 1 : 0)
        instruments.refused.set(registry.refusedSeries)
        show(facts.radioState)
        let (findings, tell) = state.withLock { state in
            (state.watch.advance(to: now) { registry.value(of: $0.name, label: $0.label, is: $0.value) }, state.tell)
        }
        for finding in findings { tell?(finding) }
    }

    func show(_ radio: RadioState) {
        for (state, meter) in instruments.states { meter.set(state == radio ? 1 : 0) }
    }

    private func count(_ new: ReaderCounters, since old: ReaderCounters) {
        instruments.occasions.increment("idle", by: Int64(new.idle - old.idle))
        instruments.occasions.increment("single", by: Int64(new.single - old.single))
        instruments.occasions.increment("collided", by: Int64(new.collided - old.collided))
        instruments.rounds.increment(by: max(new.rounds - old.rounds, 0))
        instruments.forcedPauses.increment(by: max(new.forcedPauses - old.forcedPauses, 0))
        instruments.channelBusy.increment(by: max(new.channelBusy - old.channelBusy, 0))
        instruments.airWaited.increment(by: (new.airWaited - old.airWaited).seconds)
        instruments.carrierOn.increment(by: (new.carrierOn - old.carrierOn).seconds)
    }

    private func count(_ new: RadioCounters, since old: RadioCounters) {
        let losses = instruments.losses
        losses.increment("not_heard", by: new.framesNotHeard - old.framesNotHeard)
        losses.increment("receive_gap", by: new.receiveGaps - old.receiveGaps)
        losses.increment("transmit_underrun", by: new.transmitUnderruns - old.transmitUnderruns)
        losses.increment("jump", by: new.jumps - old.jumps)
        losses.increment("stall", by: new.stalls - old.stalls)
        instruments.restarts.increment("start", by: new.starts - old.starts)
        instruments.restarts.increment("reset", by: new.resets - old.resets)
        instruments.restarts.increment("opening", by: new.openings - old.openings)
        instruments.lostSamples.increment(by: max(new.lostSamples - old.lostSamples, 0))
        instruments.soundings.increment(by: max(new.soundings - old.soundings, 0))
        instruments.queuePeak.set(new.longestQueueOctets)
        instruments.queueLimit.set(new.queueOctets)
    }
}
