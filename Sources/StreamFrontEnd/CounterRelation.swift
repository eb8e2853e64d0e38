/// How the receive counter goes with the transmit counter: `receive = (1 + drift) * transmit + offset`, from frames whose
/// end was placed on the one and heard on the other.
///
/// One crystal behind both leaves the offset alone to be measured. Of two crystals the drift is estimated by least
/// squares over the latest frames, held near zero until they reach far enough to know better.
package struct CounterRelation: Sendable {
    /// What a pair did to the relation.
    package enum Change: Hashable, Sendable {
        case taken
        /// It fits no other and was left out.
        case outlier
        /// Two in succession agreed that the counters have moved by so many samples; the relation begins anew with them.
        case jumped(samples: Double)
    }

    package struct Prediction: Hashable, Sendable {
        /// On the receive counter.
        package var sample: Double
        /// The place is within this many samples of it, as good as surely.
        package var uncertainty: Double
    }

    private struct Pair: Hashable {
        var transmit: Double
        /// Receive less transmit.
        var offset: Double
    }

    /// Pairs that are kept.
    private static let limit = 32
    /// Deviation of the end of a frame as heard, in samples (*ours*).
    private static let deviation = 1.0
    /// Deviation of the difference of two crystals (*ours*: three times this is 100 ppm).
    private static let driftDeviation = 33e-6
    /// Largest drift, relative.
    private static let largestDrift = 100e-6
    /// How far crystals wander while nothing is heard, relative (*ours*).
    private static let wander = 1e-6
    /// Pairs further apart than this many samples say nothing about each other's drift (*ours*).
    private static let memory = 100e6
    /// A pair further from its prediction than this and the uncertainty does not belong (*ours*).
    private static let toleranceSamples = 8.0

    private let hasCommonClock: Bool
    private var pairs: [Pair] = []
    private var suspect: Pair?
    private var center = (transmit: 0.0, offset: 0.0)
    /// Sum of squared distances of the pairs from the centre.
    private var spread = 0.0
    /// Receive samples gained per transmit sample.
    package private(set) var drift = 0.0

    /// - Parameter hasCommonClock: both counters count by one crystal.
    package init(hasCommonClock: Bool) {
        self.hasCommonClock = hasCommonClock
    }

    package var isKnown: Bool { !pairs.isEmpty }

    /// Takes the place of one frame on both counters.
    package mutating func add(transmit: Double, receive: Double) -> Change {
        let pair = Pair(transmit: transmit, offset: receive - transmit)
        guard let prediction = prediction(ofTransmit: transmit) else {
            begin(with: [pair])
            return .taken
        }
        let deviation = receive - prediction.sample
        guard abs(deviation) > Self.toleranceSamples + prediction.uncertainty else {
            suspect = nil
            begin(with: pairs.suffix(Self.limit - 1).filter { transmit - $0.transmit < Self.memory } + [pair])
            return .taken
        }
        guard let suspect else {
            self.suspect = pair
            return .outlier
        }
        let reach = Self.toleranceSamples + abs(pair.transmit - suspect.transmit) * reachOfDrift
        guard abs(pair.offset - suspect.offset) <= reach else {
            self.suspect = pair
            return .outlier
        }
        begin(with: [suspect, pair])
        return .jumped(samples: deviation)
    }

    /// Where on the receive counter a place on the transmit counter is heard; nil while nothing is known.
    package func prediction(ofTransmit transmit: Double) -> Prediction? {
        guard !pairs.isEmpty else { return nil }
        let distance = transmit - center.transmit
        let mean = Self.deviation * Self.deviation / Double(pairs.count)
        let reach = hasCommonClock ? 0 : distance * distance * driftVariance
        let wander = hasCommonClock ? 0 : abs(distance) * Self.wander
        return Prediction(
            sample: transmit + center.offset + drift * distance, uncertainty: 3 * (mean + reach).squareRoot() + wander)
    }

    /// Nothing is known any more.
    package mutating func forget() { self = Self(hasCommonClock: hasCommonClock) }

    private var reachOfDrift: Double { hasCommonClock ? 0 : Self.largestDrift }

    /// Weight of what is known of crystals, in squared samples.
    private static var prior: Double { deviation * deviation / (driftDeviation * driftDeviation) }
    private var driftVariance: Double { Self.deviation * Self.deviation / (spread + Self.prior) }

    private mutating func begin(with kept: [Pair]) {
        pairs = kept
        suspect = nil
        let count = Double(kept.count)
        center = (kept.reduce(0) { $0 + $1.transmit } / count, kept.reduce(0) { $0 + $1.offset } / count)
        spread = 0
        var product = 0.0
        for pair in kept {
            let distance = pair.transmit - center.transmit
            spread += distance * distance
            product += distance * (pair.offset - center.offset)
        }
        let fitted = product / (spread + Self.prior)
        drift = hasCommonClock ? 0 : min(max(fitted, -Self.largestDrift), Self.largestDrift)
    }
}
