import AIoTBase

/// Finds and decodes the bursts of one time position (`spec/2 "D2R waveform"`).
///
/// All frequency positions are looked at side by side. The strongest burst is decoded first and taken out of the signal,
/// for it reaches into the others: its harmonics, and its ghosts at half and twice its R. What is left of them is then
/// judged anew.
struct D2RDemodulator {
    /// Uncertainty of a start beside the device's clock: the end of the R2D frame, propagation, switching (*ours*).
    static let startMarginSeconds = 10e-6
    /// Probability that noise in one window looks like energy (*ours*).
    private static let falseEnergyProbability = 1e-5
    /// Power of what an undecodable burst, or a decoded one that was taken out, leaves in other positions (*ours*).
    private static let crossTalkOfUndecodable = 0.25
    private static let crossTalkOfDecoded = 0.02

    let profile: AirProfile

    /// One report for each of `bursts`, which share a delay after `origin`, a position in the stream.
    func reports(
        _ bursts: [ExpectedBurst], in window: SampleWindow, origin: Double, knownOffset: Complex?
    ) -> [OccasionReport] {
        guard window.count >= profile.d2rPreamble.count else { return bursts.map { _ in .idle } }
        var signal = CleanSignal(window, knownOffset: knownOffset)
        var places = bursts.map { Place($0, window: window, origin: origin, profile: profile) }
        while let strongest = strongestReading(&places, signal) {
            let (index, reading) = strongest
            signal.subtract(reading.contribution, gain: reading.gain)
            places[index].outcome = .burst(reading)
            for other in places.indices { places[other].reopen() }
        }
        let reports = places.map { report($0, all: places, window: window, signal.carrier) }
        return reports
    }

    /// Where one burst is expected, and what was found there.
    private struct Place {
        enum Outcome {
            case unknown
            case nothing
            /// A preamble of this power without a burst behind it.
            case energy(Double)
            case burst(BurstReader.Reading)
        }

        let shape: BurstShape
        let search: PreambleSearch
        var outcome = Outcome.unknown

        init(_ burst: ExpectedBurst, window: SampleWindow, origin: Double, profile: AirProfile) {
            shape = BurstShape(burst.format, windowRateHz: window.rateHz, profile: profile)
            let delay = burst.delay.seconds
            let error = profile.largestClockError
            let margin = D2RDemodulator.startMarginSeconds
            let earliest = origin + (delay / (1 + error) - margin) * window.streamRateHz
            let latest = origin + (delay / (1 - error) + margin) * window.streamRateHz
            search = PreambleSearch(
                shape,
                starts: window.position(ofStreamSample: earliest)...window.position(ofStreamSample: latest),
                largestClockError: error)
        }

        /// A place without a burst is looked at again when a stronger burst has been taken out.
        mutating func reopen() {
            if case .burst = outcome { return }
            outcome = .unknown
        }
    }

    /// Searches all open places and returns the strongest burst; places that hold none are closed.
    private func strongestReading(_ places: inout [Place], _ signal: CleanSignal) -> (Int, BurstReader.Reading)? {
        signal.sums.withUnsafeBufferPointer { sums in
            let filter = MatchedFilter(sums)
            var results: [(index: Int, result: PreambleSearch.Result)] = []
            for index in places.indices {
                guard case .unknown = places[index].outcome else { continue }
                let result = places[index].search.result(filter)
                places[index].outcome = .nothing
                if !result.candidates.isEmpty { results.append((index, result)) }
            }
            results.sort { ($0.result.candidates.first?.power ?? 0) > ($1.result.candidates.first?.power ?? 0) }
            for (index, result) in results {
                let reader = BurstReader(filter: filter, shape: places[index].shape, profile: profile)
                for candidate in result.candidates {
                    if let reading = reader.reading(candidate, hypotheses: result.hypotheses), reading.isBurst {
                        return (index, reading)
                    }
                }
                places[index].outcome = energy(result, preambleBits: places[index].shape.preambleBits)
            }
            return nil
        }
    }

    private func energy(_ result: PreambleSearch.Result, preambleBits: Int) -> Place.Outcome {
        let threshold = PreambleSearch.shareThreshold(
            outputs: preambleBits, hypotheses: result.hypotheses, probability: Self.falseEnergyProbability)
        guard let power = result.candidates.first(where: { $0.share > threshold })?.power else { return .nothing }
        return .energy(power)
    }

    private func report(
        _ place: Place, all places: [Place], window: SampleWindow, _ carrier: CarrierFit
    ) -> OccasionReport {
        switch place.outcome {
        case .unknown, .nothing:
            return .idle
        case .energy(let power):
            let crossTalk = places.map { other -> Double in
                switch other.outcome {
                case .unknown, .nothing: 0
                case .energy(let power): power * Self.crossTalkOfUndecodable
                case .burst(let reading): reading.preamblePower * Self.crossTalkOfDecoded
                }
            }.max()
            return power < (crossTalk ?? 0) ? .idle : .undecodable
        case .burst(let reading):
            let isGhost = places.contains { other in
                guard case .burst(let stronger) = other.outcome else { return false }
                return stronger.decoded == reading.decoded && stronger.gain.power > reading.gain.power
            }
            return isGhost ? .idle : .decoded(received(reading, place.shape, window, carrier))
        }
    }

    private func received(
        _ reading: BurstReader.Reading, _ shape: BurstShape, _ window: SampleWindow, _ carrier: CarrierFit
    ) -> ReceivedBurst {
        let start = window.streamSample(at: reading.alignment.start) / window.streamRateHz
        let seconds = reading.alignment.half * Double(shape.channelBits * shape.halvesPerBit) / window.rateHz
        return ReceivedBurst(
            octets: reading.decoded.octets, crcRight: reading.decoded.crcRight,
            start: AirTime(nanoseconds: AirDuration(seconds: start).nanoseconds),
            duration: AirDuration(seconds: seconds),
            measurement: BurstMeasurement(
                snrDB: decibels(reading.snr), powerDB: decibels(reading.gain.power / carrier.leak.power),
                clockError: shape.nominalHalf / reading.alignment.half - 1,
                carrierOffsetHz: carrier.turn * window.rateHz / (2 * Double.pi)))
    }
}
