package import AIoTBase

/// What the reader keeps to when it uses the air, whatever it is asked for: limits of the region, and those of its operator.
package struct AirLimits: Hashable, Sendable {
    /// A share of time that the carrier may be on.
    package struct DutyCycle: Hashable, Sendable {
        /// 0 to 1.
        package var share: Double
        /// Any interval of this length is counted.
        package var window: AirDuration

        package init(share: Double, window: AirDuration) {
            self.share = share
            self.window = window
        }

        /// How long the carrier may be on in any window.
        package var allowance: AirDuration {
            let share = share.isFinite ? min(max(share, 0), 1) : 0
            return AirDuration(seconds: max(window.seconds, 0) * share)
        }
    }

    /// The channel has to be quiet before the carrier comes up.
    package struct ListenBeforeTalk: Hashable, Sendable {
        /// The channel is taken where the receiver hears more, dB below its full scale.
        package var thresholdDBFS: Double
        package var duration: AirDuration

        package init(thresholdDBFS: Double, duration: AirDuration) {
            self.thresholdDBFS = thresholdDBFS
            self.duration = duration
        }
    }

    /// How long the carrier may be on without a pause; nil: without limit.
    package var longestCarrier: AirDuration?
    /// How long a pause is at least.
    package var shortestPause = AirDuration.zero
    /// All hold: those of a region and of an operator may count different windows.
    package var dutyCycles: [DutyCycle] = []
    package var listenBeforeTalk: ListenBeforeTalk?
    /// Equivalent isotropically radiated power at most, dBm; nil: without limit. The core switches the carrier and no
    /// more: whoever sets up the radio compares it with what `RadiatedPower` estimates.
    package var maxEIRPdBm: Double?

    package init() {}

    /// Whether the carrier may be on at any time, for as long as anybody likes.
    package var areNone: Bool { longestCarrier == nil && dutyCycles.isEmpty && listenBeforeTalk == nil }

    /// Whatever is the tighter of two, limit by limit.
    package func merged(with other: Self) -> Self {
        var merged = self
        merged.longestCarrier = Self.lower(longestCarrier, other.longestCarrier)
        merged.shortestPause = max(shortestPause, other.shortestPause)
        for cycle in other.dutyCycles where !merged.dutyCycles.contains(cycle) { merged.dutyCycles.append(cycle) }
        merged.maxEIRPdBm = Self.lower(maxEIRPdBm, other.maxEIRPdBm)
        guard let ours = listenBeforeTalk, let theirs = other.listenBeforeTalk else {
            merged.listenBeforeTalk = listenBeforeTalk ?? other.listenBeforeTalk
            return merged
        }
        merged.listenBeforeTalk = ListenBeforeTalk(
            thresholdDBFS: min(ours.thresholdDBFS, theirs.thresholdDBFS),
            duration: max(ours.duration, theirs.duration))
        return merged
    }

    private static func lower<Value: Comparable>(_ one: Value?, _ other: Value?) -> Value? {
        guard let one, let other else { return one ?? other }
        return min(one, other)
    }
}
