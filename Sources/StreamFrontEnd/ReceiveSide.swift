package import AIoTBase
package import AIoTPhy
import AIoTReader
package import RadioFrontEnd

/// What is made of received samples: frames are found again in them, the counters are related, windows are judged.
///
/// A value without threads; `StreamFrontEnd` feeds it on its receive thread. Samples are numbers of the receive counter.
package struct ReceiveSide {
    /// What samples have settled.
    package enum Told: Sendable {
        case ended(id: UInt64, RadioOutcome, samples: Range<Int64>)
        /// A frame of ours was heard, or was not where it was due.
        case heard(Bool)
        /// It was heard where none was due: how the counters go together has to be measured anew.
        case doubted
        /// The counters have moved against each other.
        case jumped(samples: Double)
        /// Samples are missing; nil: nobody knows how many.
        case lost(samples: Int64?)
        /// What the channel held while nothing was sent, dB below full scale.
        case channel(levelDBFS: Double)
    }

    private struct Awaited {
        var frame: PlacedFrame
        /// Where patience ends.
        var limit: Double
        /// Not heard where it was due; heard late, it tells how the counters go together now.
        var isMissed = false
    }

    /// A frame not heard by then, after its end and the uncertainty, will not be (*ours*).
    private static let marginSeconds = 0.000_3
    /// Where nothing is known of the counters a frame is waited for so long, latency not counted (*ours*).
    private static let patienceSeconds = 0.25

    private let sampleRateHz: Double
    private let latencySamples: Double
    private var listener: FrameListener
    package private(set) var relation: CounterRelation
    private var clock: CounterClock
    /// Frames that have not been heard yet, in order.
    private var placed: [Awaited] = []
    /// While the channel is listened to.
    private var meter: ChannelMeter?
    /// Whether a sample of this session has come.
    private var hasBegun = false

    /// - Parameters:
    ///   - hasCommonClock: both counters count by one crystal.
    ///   - latencySamples: from where a frame is placed to the antenna, at most.
    package init(profile: AirProfile, sampleRateHz: Double, hasCommonClock: Bool, latencySamples: Int) {
        self.sampleRateHz = sampleRateHz
        self.latencySamples = Double(latencySamples)
        listener = FrameListener(profile: profile, sampleRateHz: sampleRateHz)
        relation = CounterRelation(hasCommonClock: hasCommonClock)
        clock = CounterClock(sampleRateHz: sampleRateHz)
    }

    /// Both counters begin anew: nothing is known or awaited any more.
    package mutating func restart() {
        cancel()
        listener.skip(to: 0)
        clock.restart()
        hasBegun = false
    }

    /// Awaits a frame; one with a transmission takes the place of the one before.
    package mutating func expect(_ frame: PlacedFrame) {
        if let transmission = frame.transmission {
            listener.begin(transmission)
            placed.removeAll { $0.frame.transmission != nil && !$0.isMissed }
        }
        let limit =
            Double(listener.nextSample) + latencySamples + frame.length + Self.patienceSeconds * sampleRateHz
        placed.append(Awaited(frame: frame, limit: limit))
    }

    /// Awaits nothing any more, the carrier having been interrupted: the transmit counter does not know for how long.
    package mutating func cancel() {
        meter = nil
        listener.cancel()
        placed = []
        relation.forget()
    }

    /// Measures the channel over `count` samples that hold nothing of what was sent.
    /// - Parameters:
    ///   - lastOn: no carrier is sent from this place on the transmit counter on.
    ///   - rendered: how far the transmit counter has come.
    package mutating func listen(count: Int, lastOn: Int, rendered: Int) {
        let margin = Self.marginSeconds * sampleRateHz
        var start = Double(listener.nextSample)
        if let prediction = relation.prediction(ofTransmit: Double(lastOn)) {
            start = max(start, prediction.sample + prediction.uncertainty + margin)
        } else {
            start += max(0, latencySamples + Self.patienceSeconds * sampleRateHz - Double(max(0, rendered - lastOn)))
        }
        meter = ChannelMeter(start: Int64(exactly: start.rounded(.up)) ?? listener.nextSample, count: count)
    }

    /// Samples are missing that the counter does not know of; nil: nobody knows how many.
    package mutating func lose(_ samples: Int64?) -> [Told] {
        listener.skip(to: listener.nextSample)
        relation.forget()
        clock.restart()
        meter?.restart(at: listener.nextSample)
        return [.lost(samples: samples)]
    }

    /// The next block has the number `firstSample`, the last of its `count` samples having come by `now`; to be said
    /// before the block is pushed.
    package mutating func begin(blockAt firstSample: Int64, count: Int, at now: AirTime) -> [Told] {
        let missing = firstSample - listener.nextSample
        defer {
            hasBegun = true
            clock.arrived(nextSample: firstSample + Int64(count), at: now)
        }
        guard missing != 0 else { return [] }
        listener.skip(to: firstSample)
        meter?.restart(at: firstSample)
        guard hasBegun else { return [] }
        // Blocks that were left out count, and the counters still go together.
        guard missing < 0 else { return [.lost(samples: missing)] }
        // Numbers that go back are no counter's: places by them would not come for long.
        relation.forget()
        clock.restart()
        var told = [Told.lost(samples: nil)]
        for index in placed.indices where !placed[index].isMissed { miss(index, at: now, &told) }
        placed = []
        if let hearing = listener.giveUp() { told.append(ended(hearing, at: now)) }
        return told
    }

    /// Takes interleaved complex samples; returns what they settle.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>, at now: AirTime) -> [Told] {
        var told: [Told] = []
        if let level = meter?.push(interleaved, firstSample: listener.nextSample) {
            meter = nil
            told.append(.channel(levelDBFS: level))
        }
        for event in listener.push(interleaved) {
            switch event {
            case .frame(let frame): heard(frame, at: now, &told)
            case .ended(let hearing): told.append(ended(hearing, at: now))
            }
        }
        giveUpWaiting(at: now, &told)
        return told
    }

    private mutating func heard(_ frame: R2DFrame, at now: AirTime, _ told: inout [Told]) {
        guard frame.crcRight,
            let index = placed.firstIndex(where: { $0.frame.octets == frame.octets && !$0.isMissed })
                ?? placed.firstIndex(where: { $0.frame.octets == frame.octets })
        else { return }
        for earlier in 0..<index where !placed[earlier].isMissed { miss(earlier, at: now, &told) }
        let ours = placed[index].frame
        placed.removeFirst(index + 1)
        told.append(.heard(true))
        switch relation.add(transmit: ours.end, receive: frame.endSample) {
        case .taken: break
        case .outlier: told.append(.doubted)
        case .jumped(let samples): told.append(.jumped(samples: samples))
        }
    }

    private mutating func giveUpWaiting(at now: AirTime, _ told: inout [Told]) {
        let position = Double(listener.nextSample)
        for index in placed.indices where !placed[index].isMissed {
            let prediction = relation.prediction(ofTransmit: placed[index].frame.end)
            let due = prediction.map { $0.sample + $0.uncertainty + Self.marginSeconds * sampleRateHz }
            if position >= due ?? placed[index].limit { miss(index, at: now, &told) }
        }
        placed.removeAll { $0.isMissed && $0.limit <= position }
    }

    /// What should have been heard by now is taken to have been where the relation says; where there is none, nobody
    /// knows what was in its windows.
    private mutating func miss(_ index: Int, at now: AirTime, _ told: inout [Told]) {
        placed[index].isMissed = true
        told.append(.heard(false))
        guard placed[index].frame.transmission != nil else { return }
        if let prediction = relation.prediction(ofTransmit: placed[index].frame.end) {
            listener.assume(endedAt: prediction.sample)
        } else if let hearing = listener.giveUp() {
            told.append(ended(hearing, at: now))
        }
    }

    private func ended(_ hearing: Hearing, at now: AirTime) -> Told {
        let outcome = hearing.outcome(sampleRateHz: sampleRateHz) { sample in
            min(clock.instant(ofSample: sample) ?? now, now)
        }
        let first = Int64(max(hearing.frameStart, 0))
        return .ended(id: hearing.transmission.id, outcome, samples: first..<max(first, Int64(max(hearing.end, 0))))
    }
}
