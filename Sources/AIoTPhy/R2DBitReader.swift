/// Reads the chips of one R2D frame, from its clock acquisition part to its last bit.
///
/// It follows the sender's clock by the edge in the middle of every bit, so that a sender whose clock differs from ours
/// does not drift away over a long frame.
struct R2DBitReader {
    enum Progress {
        case needsSamples
        /// The keying broke off: no frame.
        case broken
        case ended(R2DFrame)
    }

    /// Loop gains on the measured edge (*ours*): time, and chip length.
    private static let timeGain = 0.15
    private static let rateGain = 0.005
    /// Least difference between the two chips of a bit, as part of ON less OFF; a few bits below it end the frame.
    private static let leastContrast = 0.25
    private static let weakBitLimit = 3

    let start: Double
    /// Begin of the next bit, in samples.
    private(set) var position: Double
    private let chipsPerSymbol: Int
    private var chip: Double
    private let center: Complex
    private var on: Double
    private let off: Double
    private var bits: [UInt8] = []
    private var bitCount: Int?
    private var weakBits = 0

    /// The sample up to which the clock acquisition part of the slowest choice of M may reach.
    static func samplesNeeded(_ found: StartIndicator.Found, _ profile: AirProfile) -> Double {
        let slowest = Double(profile.r2dChipsPerSymbol.min() ?? 1)
        return found.start + found.symbol * (indicatorSymbols(profile) + acquisitionChips(profile) / slowest) + 1
    }

    /// `nil` when no M makes a clock acquisition part of what follows the start indicator.
    init?(_ found: StartIndicator.Found, ring: SampleRing, profile: AirProfile) {
        let begin = found.start + found.symbol * Self.indicatorSymbols(profile)
        var best: (score: Double, chips: Int) = (Self.leastContrast, 0)
        for chips in profile.r2dChipsPerSymbol where chips > 0 {
            let chip = found.symbol / Double(chips)
            let middle = (found.on + found.off) / 2
            var score = 1.0
            for (index, level) in profile.r2dClockAcquisition.enumerated() {
                let from = begin + Double(index) * chip
                let mean = ring.area(from: from, to: from + chip, around: found.center) / chip
                let deviation = (mean - middle) / (found.on - middle)
                score = min(score, level == 1 ? deviation : -deviation)
            }
            if score > best.score { best = (score, chips) }
        }
        guard best.chips > 0 else { return nil }
        start = found.start
        chipsPerSymbol = best.chips
        chip = found.symbol / Double(best.chips)
        position = begin + Self.acquisitionChips(profile) * chip
        center = found.center
        on = found.on
        off = found.off
    }

    mutating func advance(in ring: SampleRing, profile: AirProfile) -> Progress {
        while Double(ring.end) >= position + 2.5 * chip + 1 {
            guard readBit(in: ring) else { return .broken }
            if bitCount == nil, let octets = R2DCoding.messageOctets(from: bits, in: profile) {
                guard octets > 0 else { return .broken }
                bitCount = R2DCoding.bitCount(messageOctets: octets, in: profile)
            }
            guard bits.count == bitCount else { continue }
            guard let decoded = R2DCoding.decoded(bits, in: profile) else { return .broken }
            return .ended(
                R2DFrame(
                    octets: decoded.octets, crcRight: decoded.crcRight, chipsPerSymbol: chipsPerSymbol,
                    startSample: start, endSample: position + Double(profile.r2dPostambleChips) * chip))
        }
        return .needsSamples
    }

    /// Reads the bit at `position` and moves on; `false` when there is no keying any more.
    private mutating func readBit(in ring: SampleRing) -> Bool {
        let middle = position + chip
        let quarters = (0..<4).map { index in
            let from = position + Double(index) * chip / 2
            return ring.area(from: from, to: from + chip / 2, around: center)
        }
        let difference = (quarters[0] + quarters[1] - quarters[2] - quarters[3]) / (chip * (on - off))
        guard difference.isFinite else { return false }
        let isZero = difference > 0
        bits.append(isZero ? 0 : 1)
        weakBits = abs(difference) < Self.leastContrast ? weakBits + 1 : 0
        // The area from half a chip before the edge to half a chip after it tells where the edge is.
        let keyed = (quarters[1] + quarters[2] - off * chip) / (on - off)
        let error = min(max((isZero ? keyed - chip / 2 : chip / 2 - keyed), -chip / 4), chip / 4)
        chip += Self.rateGain * error
        position = middle + chip + Self.timeGain * error
        return weakBits < Self.weakBitLimit
    }

    private static func indicatorSymbols(_ profile: AirProfile) -> Double { profile.r2dStartIndicator.reduce(0, +) }
    private static func acquisitionChips(_ profile: AirProfile) -> Double { Double(profile.r2dClockAcquisition.count) }
}
