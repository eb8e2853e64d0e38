import AIoTBase

/// A burst format laid out for the demodulator.
struct BurstShape {
    /// Half-periods of the subcarrier per bit: twice R.
    let halvesPerBit: Int
    /// Nominal length of a half-period in window samples.
    let nominalHalf: Double
    /// Each channel bit's sign where it is known, else 0; 0 is +1.
    let knownSigns: [Float]
    /// Index of the coded bit for each channel bit, -1 where known.
    let codedIndices: [Int]
    let codedBits: Int
    let preambleBits: Int
    let format: D2RBurstFormat

    init(_ format: D2RBurstFormat, windowRateHz: Double, profile: AirProfile) {
        self.format = format
        halvesPerBit = 2 * format.subcarrierPeriods
        nominalHalf = windowRateHz / (format.bitRateHz(in: profile) * Double(halvesPerBit))
        let layout = D2RCoding.layout(of: format, in: profile)
        knownSigns = layout.map { bit in
            if case .known(let value) = bit { value == 0 ? 1 : -1 } else { 0 }
        }
        codedIndices = layout.map { bit in
            if case .coded(let index) = bit { index } else { -1 }
        }
        codedBits = format.codedBits(in: profile)
        preambleBits = profile.d2rPreamble.count
    }

    var channelBits: Int { knownSigns.count }
}

/// Where a burst lies in its window: start, and the length of a half-period as received.
struct Alignment: Hashable {
    var start: Double
    var half: Double

    /// Moved by `shift` half-periods, and stretched by the part `stretch` around half-period `pivot`, which stays.
    func shifted(by shift: Double, stretchedBy stretch: Double, around pivot: Double) -> Alignment {
        let longer = half * (1 + stretch)
        return Alignment(start: start + shift * half + pivot * (half - longer), half: longer)
    }

    /// Where half-period `index` begins.
    func position(ofHalf index: Int) -> Double { start + Double(index) * half }
}
