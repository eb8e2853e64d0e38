import AIoTBase

/// Where bursts of one format and delay are expected, and what has been found there.
struct Place {
    let shape: BurstShape
    let search: PreambleSearch
    /// Of a clock without error.
    let nominal: Alignment
    /// It is still to be searched for the next burst.
    var isOpen = true
    /// Power of the strongest preamble when it was last searched; a burst that was taken out since has hardly added to it.
    var searched = Double.infinity
    /// The strongest preamble before any burst was read: it may be one of two that hide each other.
    var ofPair: Alignment?
    /// Bursts that were read and taken out of the signal, in that order.
    var bursts: [BurstReader.Reading] = []
    /// Power of what is there besides them, as that of a preamble's coherent sum; `nil` when it is noise.
    var rest: Double?

    init(_ burst: ExpectedBurst, window: SampleWindow, origin: Double, profile: AirProfile) {
        shape = BurstShape(burst.format, windowRateHz: window.rateHz, profile: profile)
        let delay = burst.delay.seconds
        let error = profile.largestClockError
        let margin = D2RDemodulator.startMarginSeconds
        let earliest = origin + (delay / (1 + error) - margin) * window.streamRateHz
        let latest = origin + (delay / (1 - error) + margin) * window.streamRateHz
        let starts = window.position(ofStreamSample: earliest)...window.position(ofStreamSample: latest)
        search = PreambleSearch(shape, starts: starts, largestClockError: error)
        nominal = Alignment(start: (starts.lowerBound + starts.upperBound) / 2, half: shape.nominalHalf)
    }

    /// The most that reaches into other places, of the bursts that were taken out and of the rest, by the parts given.
    func crossTalk(ofDecoded decoded: Double, ofUndecodable undecodable: Double) -> Double {
        max((bursts.map(\.preamblePower).max() ?? 0) * decoded, (rest ?? 0) * undecodable)
    }
}
