/// From an R2D message to the envelope of the reader's carrier (`spec/2 "R2D waveform"`).
package enum R2DModulator {
    /// The keying of the frame that carries `message` at M chips per symbol: ON is 1, OFF the profile's OFF amplitude.
    ///
    /// The carrier is ON before and after, so the frame begins 1/6 symbol before the first edge of the waveform.
    package static func waveform(
        of message: [UInt8], chipsPerSymbol: Int, in profile: AirProfile
    ) throws(AirCodingError) -> KeyedWaveform {
        try waveform(ofBits: R2DCoding.bits(of: message, in: profile), chipsPerSymbol: chipsPerSymbol, in: profile)
    }

    /// The keying of a frame of any bits: what no reader sends, receivers have to withstand.
    package static func waveform(
        ofBits bits: [UInt8], chipsPerSymbol: Int, in profile: AirProfile
    ) throws(AirCodingError) -> KeyedWaveform {
        guard profile.r2dChipsPerSymbol.contains(chipsPerSymbol), chipsPerSymbol > 0 else {
            throw .chipsPerSymbol(chipsPerSymbol)
        }
        var keying = Keying(symbolRateHz: profile.r2dSymbolRateHz)
        var indicatorEnd = 0.0
        for (index, part) in profile.r2dStartIndicator.enumerated() {
            indicatorEnd += part
            keying.run(isOn: index.isMultiple(of: 2), untilSymbol: indicatorEnd)
        }
        let chips =
            profile.r2dClockAcquisition + bits.flatMap { $0 == 0 ? [1, 0] : [0, 1] }
            + [UInt8](repeating: 1, count: profile.r2dPostambleChips)
        for (index, chip) in chips.enumerated() {
            keying.run(isOn: chip == 1, untilSymbol: indicatorEnd + Double(index + 1) / Double(chipsPerSymbol))
        }
        return keying.waveform(offLevel: Float(profile.r2dOffAmplitude))
    }

    /// Collects runs into edges.
    private struct Keying {
        let symbolRateHz: Double
        private var edges: [Double] = []
        private var isOn = true
        private var end = 0.0

        init(symbolRateHz: Double) { self.symbolRateHz = symbolRateHz }

        mutating func run(isOn next: Bool, untilSymbol: Double) {
            if next != isOn { edges.append(end) }
            isOn = next
            end = untilSymbol / symbolRateHz
        }

        func waveform(offLevel: Float) -> KeyedWaveform {
            KeyedWaveform(restLevel: 1, keyedLevel: offLevel, edges: isOn ? edges : edges + [end], seconds: end)
        }
    }
}
