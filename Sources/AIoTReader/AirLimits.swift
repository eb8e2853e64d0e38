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
    package var dutyCycle: DutyCycle?
    package var listenBeforeTalk: ListenBeforeTalk?

    package init() {}
}
