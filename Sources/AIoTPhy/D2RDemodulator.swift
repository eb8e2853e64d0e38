import AIoTBase
import Glibc

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
    /// By how much the mean power of bits must exceed noise to be more, in deviations of noise (*ours*).
    private static let leastExcess = 6.0
    /// A candidate may be this much below the strongest, or as far below it as noise can reach, in deviations (*ours*).
    private static let leastOfStrongest = 0.5
    private static let noiseReach = 2.5
    /// Power of what an undecodable burst, or a decoded one that was taken out, leaves in other positions (*ours*).
    private static let crossTalkOfUndecodable = 0.25
    private static let crossTalkOfDecoded = 0.05

    let profile: AirProfile
    /// Probability that noise alone makes a burst in one window.
    let falseBurstProbability: Double

    /// One report for each of `bursts`, which share a delay after `origin`, a position in the stream.
    func reports(
        _ bursts: [ExpectedBurst], in window: SampleWindow, origin: Double, knownOffset: Complex?
    ) -> [OccasionReport] {
        guard window.count >= profile.d2rPreamble.count else { return bursts.map { _ in .idle } }
        var signal = CleanSignal(window, knownOffset: knownOffset)
        var places = bursts.map { Place($0, window: window, origin: origin, profile: profile) }
        var steps: [(StepFit.Burst, Complex)] = []
        while let strongest = strongestReading(&places, signal) {
            let (index, reading) = strongest
            places[index].outcome = .burst(reading)
            guard places.count > 1 else { break }
            signal.subtract(reading.contribution, gain: reading.gain)
            takeOutSteps(&steps, of: places, from: &signal)
            for other in places.indices { places[other].reopen() }
        }
        return places.map { report($0, all: places, window: window, signal.carrier) }
    }

    /// Fits the steps of all bursts found so far anew and takes them out in place of those before.
    private func takeOutSteps(
        _ steps: inout [(StepFit.Burst, Complex)], of places: [Place], from signal: inout CleanSignal
    ) {
        for (burst, step) in steps { signal.lift(from: burst.start, to: burst.end, by: step) }
        let bursts = places.compactMap { place -> StepFit.Burst? in
            guard case .burst(let reading) = place.outcome else { return nil }
            let halves = place.shape.channelBits * place.shape.halvesPerBit
            let alignment = reading.alignment
            return StepFit.Burst(
                start: alignment.start, end: alignment.position(ofHalf: halves), gain: reading.gain)
        }
        let fitted = signal.sums.withUnsafeBufferPointer {
            StepFit.steps(of: bursts, MatchedFilter($0, noise: signal.noise))
        }
        steps = Array(zip(bursts, fitted))
        for (burst, step) in steps { signal.lift(from: burst.start, to: burst.end, by: step * -1) }
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
            let filter = MatchedFilter(sums, noise: signal.noise)
            var results: [(index: Int, result: PreambleSearch.Result, grid: OutputGrid?)] = []
            for index in places.indices {
                guard case .unknown = places[index].outcome else { continue }
                let grid = places[index].search.outputGrid(filter)
                let result = places[index].search.result(filter, grid: grid)
                places[index].outcome = outcome(result, grid, places[index].shape, filter)
                if !result.candidates.isEmpty { results.append((index, result, grid)) }
            }
            results.sort { ($0.result.candidates.first?.power ?? 0) > ($1.result.candidates.first?.power ?? 0) }
            for (index, result, grid) in results {
                let reader = BurstReader(
                    filter: filter, grid: grid, shape: places[index].shape, profile: profile,
                    falseBurstProbability: falseBurstProbability)
                let candidates = credible(result.candidates, places[index].shape, filter)
                if let reading = reader.burst(candidates, hypotheses: result.hypotheses) { return (index, reading) }
            }
            return nil
        }
    }

    /// The candidates that may be the strongest burst: shifted against itself, a strong one makes weaker candidates, and
    /// one in 64 of those would have its CRC right.
    private func credible(
        _ candidates: [PreambleSearch.Candidate], _ shape: BurstShape, _ filter: MatchedFilter
    ) -> [PreambleSearch.Candidate] {
        guard let strongest = candidates.first?.power else { return [] }
        let noise = filter.noise * shape.nominalHalf * Double(shape.preambleBits * shape.halvesPerBit)
        return candidates.filter { candidate in
            candidate.power > Self.leastOfStrongest * strongest
                || strongest.squareRoot() - candidate.power.squareRoot() < Self.noiseReach * noise.squareRoot()
        }
    }

    /// What a place holds when no burst can be read from it: a preamble, or the power of bits where two preambles may
    /// have cancelled each other.
    private func outcome(
        _ result: PreambleSearch.Result, _ grid: OutputGrid?, _ shape: BurstShape, _ filter: MatchedFilter
    ) -> Place.Outcome {
        let share = PreambleSearch.shareThreshold(
            outputs: shape.preambleBits, hypotheses: result.hypotheses, probability: Self.falseEnergyProbability)
        let perBit = filter.noise * shape.nominalHalf * Double(shape.halvesPerBit)
        let bits = Double(shape.preambleBits)
        let power = perBit * bits * log(max(result.hypotheses, 1) / Self.falseEnergyProbability)
        if let found = result.candidates.first(where: { $0.share > share && $0.power > power }) {
            return .energy(found.power)
        }
        guard let (mean, count) = grid?.meanPower() else { return .nothing }
        let excess = (mean - perBit) / perBit * Double(count).squareRoot()
        return excess > Self.leastExcess ? .energy(mean * bits * bits) : .nothing
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
