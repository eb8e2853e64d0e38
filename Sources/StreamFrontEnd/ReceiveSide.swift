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
        /// A frame of ours was heard, or should have been and was not.
        case heard(Bool)
        /// The counters have moved against each other.
        case jumped(samples: Double)
        /// Samples are missing; nil: nobody knows how many.
        case lost(samples: Int64?)
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
    /// Frames that have not been heard yet, in order, each with the place where patience ends.
    private var placed: [(frame: PlacedFrame, limit: Double)] = []
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
            placed.removeAll { $0.frame.transmission != nil }
        }
        let limit =
            Double(listener.nextSample) + latencySamples + frame.length + Self.patienceSeconds * sampleRateHz
        placed.append((frame, limit))
    }

    /// Awaits nothing any more, the carrier having been interrupted: the transmit counter does not know for how long.
    package mutating func cancel() {
        listener.cancel()
        placed = []
        relation.forget()
    }

    /// Samples are missing that the counter does not know of; nil: nobody knows how many.
    package mutating func lose(_ samples: Int64?) -> [Told] {
        listener.skip(to: listener.nextSample)
        relation.forget()
        clock.restart()
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
        guard hasBegun else { return [] }
        // Blocks that were left out count, the counters still go together; numbers that go back are no counter's.
        if missing < 0 { relation.forget() }
        return [.lost(samples: missing > 0 ? missing : nil)]
    }

    /// Takes interleaved complex samples; returns what they settle.
    package mutating func push(_ interleaved: UnsafeBufferPointer<Float>, at now: AirTime) -> [Told] {
        var told: [Told] = []
        for event in listener.push(interleaved) {
            switch event {
            case .frame(let frame): heard(frame, &told)
            case .ended(let hearing): told.append(ended(hearing, at: now))
            }
        }
        giveUpWaiting(at: now, &told)
        return told
    }

    private mutating func heard(_ frame: R2DFrame, _ told: inout [Told]) {
        guard frame.crcRight, let index = placed.firstIndex(where: { $0.frame.octets == frame.octets }) else { return }
        let ours = placed[index].frame
        for _ in 0..<index { told.append(.heard(false)) }
        placed.removeFirst(index + 1)
        told.append(.heard(true))
        if case .jumped(let samples) = relation.add(transmit: ours.end, receive: frame.endSample) {
            told.append(.jumped(samples: samples))
        }
    }

    /// What should have been heard by now is taken to have been where the relation says; where there is none, nobody
    /// knows what was in its windows.
    private mutating func giveUpWaiting(at now: AirTime, _ told: inout [Told]) {
        let position = Double(listener.nextSample)
        while let (frame, limit) = placed.first {
            let prediction = relation.prediction(ofTransmit: frame.end)
            let due = prediction.map { $0.sample + $0.uncertainty + Self.marginSeconds * sampleRateHz } ?? limit
            guard position >= due else { return }
            placed.removeFirst()
            told.append(.heard(false))
            guard frame.transmission != nil else { continue }
            if let prediction {
                listener.assume(endedAt: prediction.sample)
            } else if let hearing = listener.giveUp() {
                told.append(ended(hearing, at: now))
            }
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
