import AIoTBase
import Glibc

/// The search for all bursts of one time position, and its state: what is left of the signal, and what was found.
///
/// The strongest burst is decoded first and taken out, for it reaches into the others: its harmonics, its ghosts at half and
/// twice its R, and whatever lies beneath it. What is left is then judged anew, until nothing more can be read.
struct WindowScan {
    /// Probability that noise in one window looks like energy (*ours*).
    private static let falseEnergyProbability = 1e-5
    /// By how much the mean power of bits must exceed noise to be more, in deviations of noise (*ours*).
    private static let leastExcess = 6.0
    /// A candidate may be this much below the strongest, or as far below it as noise can reach, in deviations (*ours*).
    private static let leastOfStrongest = 0.5
    private static let noiseReach = 2.5
    /// Bursts read in one place at most (*ours*).
    private static let burstLimit = 3
    /// Most samples of a window in which pairs are looked for, which takes a hundred passes over them (*ours*).
    private static let pairSampleLimit = 40_000
    /// Times that bursts are fitted anew before their rest is called another device (*ours*).
    private static let fitRounds = 3

    let profile: AirProfile
    /// Probability that noise alone makes a burst in one window.
    let falseBurstProbability: Double
    private(set) var signal: CleanSignal
    private(set) var places: [Place]
    private var steps: [(StepFit.Burst, Complex)] = []

    init(_ signal: CleanSignal, places: [Place], profile: AirProfile, falseBurstProbability: Double) {
        self.signal = signal
        self.places = places
        self.profile = profile
        self.falseBurstProbability = falseBurstProbability
    }

    /// Reads all that can be read.
    mutating func run() {
        var isNews = readOpenPlaces()
        while isNews, looksBeneath() { isNews = readOpenPlaces() }
    }

    /// Hands back the room that the signal took.
    mutating func giveBack(to spare: SpareRooms) { signal.giveBack(to: spare) }

    /// Whether a burst could be read; then none can any more.
    private mutating func readOpenPlaces() -> Bool {
        var isNews = false
        while true {
            if let (index, reading) = strongestReading() {
                take(reading, in: index)
            } else if !takePair() {
                return isNews
            }
            isNews = true
        }
    }

    /// Takes a burst out of the signal; places without one are looked at again.
    private mutating func take(_ reading: BurstReader.Reading, in index: Int) {
        signal.subtract(reading.contribution, gain: reading.gain)
        places[index].bursts.append(reading)
        places[index].isOpen = false
        places[index].rest = nil
        if places.count > 1 || places[index].bursts.count > 1 { takeOutSteps() }
        for other in places.indices where places[other].bursts.isEmpty { places[other].isOpen = true }
    }

    /// Fits the steps of all bursts found so far anew and takes them out in place of those before.
    private mutating func takeOutSteps() {
        signal.lift(steps.map { CleanSignal.Lift(start: $0.0.start, end: $0.0.end, step: $0.1) })
        let bursts = places.flatMap { place in
            let halves = place.shape.channelBits * place.shape.halvesPerBit
            return place.bursts.map { reading in
                StepFit.Burst(
                    start: reading.alignment.start, end: reading.alignment.position(ofHalf: halves), gain: reading.gain)
            }
        }
        let fitted = signal.sums.withUnsafeBufferPointer {
            StepFit.steps(of: bursts, MatchedFilter($0, noise: signal.noise))
        }
        steps = Array(zip(bursts, fitted))
        signal.lift(steps.map { CleanSignal.Lift(start: $0.0.start, end: $0.0.end, step: $0.1 * -1) })
    }
}

// MARK: - The next burst

extension WindowScan {
    /// Searches open places, the most promising first, and returns the strongest burst; places that hold none are closed.
    private mutating func strongestReading() -> (Int, BurstReader.Reading)? {
        signal.sums.withUnsafeBufferPointer { sums in
            let filter = MatchedFilter(sums, noise: signal.noise)
            var found: [Int: (result: PreambleSearch.Result, grid: OutputGrid?)] = [:]
            while let index = mostPromising() {
                guard let (result, grid) = found[index] else {
                    found[index] = search(index, filter)
                    continue
                }
                places[index].isOpen = false
                let place = places[index]
                let reader = BurstReader(
                    filter: filter, grid: grid, shape: place.shape, profile: profile,
                    falseBurstProbability: falseBurstProbability)
                let candidates = credible(result.candidates, place.shape, filter)
                let reading = reader.burst(
                    candidates, hypotheses: result.hypotheses, besides: place.bursts.map(\.decoded))
                if let reading { return (index, reading) }
            }
            return nil
        }
    }

    /// The open place in which the strongest preamble was found or may be.
    private func mostPromising() -> Int? {
        places.indices.filter { places[$0].isOpen }.max { places[$0].searched < places[$1].searched }
    }

    private mutating func search(
        _ index: Int, _ filter: MatchedFilter
    ) -> (result: PreambleSearch.Result, grid: OutputGrid?) {
        let grid = places[index].search.outputGrid(filter)
        let result = places[index].search.result(filter, grid: grid)
        places[index].searched = result.candidates.first?.power ?? 0
        if places[index].bursts.isEmpty {
            places[index].rest = rest(result, grid, places[index], filter)
            places[index].ofPair = result.candidates.first?.alignment
        }
        return (result, grid)
    }

    /// Reads two bursts that hide each other, in the place with the most power beside what was read; `false` when there are
    /// none. One of them may have been read before, when it only hid the other.
    private mutating func takePair() -> Bool {
        guard signal.count <= Self.pairSampleLimit else { return false }
        let hidden = places.indices.filter {
            places[$0].bursts.count < 2 && places[$0].rest != nil && !places[$0].shape.format.fec
        }.sorted { places[$0].rest ?? 0 > places[$1].rest ?? 0 }
        for index in hidden {
            guard let preamble = places[index].ofPair else { continue }
            let known = places[index].bursts.first
            if known != nil { places[index].ofPair = nil }
            var before = signal
            if let known { before.subtract(known.contribution, gain: known.gain * -1) }
            let pair = JointReader(signal: before, place: places[index], profile: profile).pair(preamble)
            guard
                known.map({ known in pair.count == 2 && pair.contains { $0.decoded == known.decoded } })
                    ?? !pair.isEmpty
            else { continue }
            signal = before
            places[index].bursts = []
            for reading in pair { take(reading, in: index) }
            return true
        }
        return false
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
    private func rest(
        _ result: PreambleSearch.Result, _ grid: OutputGrid?, _ place: Place, _ filter: MatchedFilter
    ) -> Double? {
        let shape = place.shape
        let share = PreambleSearch.shareThreshold(
            outputs: shape.preambleBits, hypotheses: result.hypotheses, probability: Self.falseEnergyProbability)
        let perBit = filter.noise * shape.nominalHalf * Double(shape.halvesPerBit)
        let bits = Double(shape.preambleBits)
        let power = perBit * bits * log(max(result.hypotheses, 1) / Self.falseEnergyProbability)
        if let found = result.candidates.first(where: { $0.share > share && $0.power > power }) {
            return found.power
        }
        guard let grid else {
            let excess = ResidualTest(filter: filter, shape: shape).excess(of: place.nominal, gain: .zero)
            return excess.map { $0 * bits * bits }
        }
        guard let (mean, count) = grid.meanPower() else { return nil }
        let excess = (mean - perBit) / perBit * Double(count).squareRoot()
        return excess > Self.leastExcess ? mean * bits * bits : nil
    }
}

// MARK: - What is beneath

extension WindowScan {
    /// Looks beneath the bursts that were read, and opens the places where something is.
    private mutating func looksBeneath() -> Bool {
        for round in 0...Self.fitRounds {
            var isInDoubt = false
            for index in places.indices where !places[index].bursts.isEmpty {
                places[index].rest = excess(in: places[index])
                if places[index].rest != nil { isInDoubt = true }
            }
            guard isInDoubt else { return false }
            if round < Self.fitRounds { fitAll() }
        }
        for index in places.indices where places[index].rest != nil {
            places[index].isOpen = places[index].bursts.count < Self.burstLimit
            places[index].searched = .infinity
        }
        return places.contains { $0.isOpen }
    }

    /// What the bursts of a place left, as the power of a preamble; `nil` when that is no more than noise.
    private func excess(in place: Place) -> Double? {
        guard let strongest = place.bursts.first else { return nil }
        let perBit = signal.sums.withUnsafeBufferPointer {
            ResidualTest(filter: MatchedFilter($0, noise: signal.noise), shape: place.shape)
                .excess(of: strongest.alignment, gain: strongest.gain)
        }
        let bits = Double(place.shape.preambleBits)
        return perBit.map { $0 * bits * bits }
    }

    /// Fits every burst anew to what it left and takes it out in its new place.
    private mutating func fitAll() {
        for index in places.indices {
            for rank in places[index].bursts.indices { fit(index, rank) }
        }
        takeOutSteps()
    }

    private mutating func fit(_ index: Int, _ rank: Int) {
        let shape = places[index].shape
        var burst = places[index].bursts[rank]
        guard let bits = try? D2RCoding.burstBits(of: burst.decoded.octets, format: shape.format, in: profile) else {
            return
        }
        let (alignment, gain) = ResidualFit(signal: signal, shape: shape)
            .corrected(burst.contribution, burst.alignment, burst.gain, bits: bits)
        signal.subtract(burst.contribution, gain: burst.gain * -1)
        burst.alignment = alignment
        burst.gain = gain
        burst.contribution = BurstContribution(bits: bits, alignment: alignment, shape: shape, profile: profile)
        signal.subtract(burst.contribution, gain: gain)
        places[index].bursts[rank] = burst
    }
}
