package import AIoTBase

/// Every constant of the air in one value (`spec/2 "Coding"` to `"Timing"`).
///
/// 3GPP has not published all of them in a form that we could read, so the values of `oursV0` are *ours*. Another
/// profile is another value of this type: nothing else in the reader knows a constant of the air.
package struct AirProfile: Hashable, Sendable {
    /// What documents and captures call the profile.
    package var name: String

    // MARK: Coding, both directions

    /// Up to this many information bits take `shortCRC`, longer blocks `longCRC`.
    package var shortCRCLimit: Int
    package var shortCRC: CRC
    package var longCRC: CRC

    // MARK: R2D

    /// Bits of the length in octets that precedes an R2D message, 1...16.
    package var r2dLengthBits: Int
    /// OFDM symbols per second; an R2D chip is 1 / (rate * M) seconds.
    package var r2dSymbolRateHz: Double
    /// The chips per symbol M that the reader may choose.
    package var r2dChipsPerSymbol: [Int]
    /// The start indicator in order, ON first, then alternating; each a part of one symbol.
    package var r2dStartIndicator: [Double]
    /// Chips of the clock acquisition part, 1 = ON.
    package var r2dClockAcquisition: [UInt8]
    /// Chips of the postamble, all ON.
    package var r2dPostambleChips: Int
    /// Amplitude of OFF relative to ON.
    package var r2dOffAmplitude: Double

    // MARK: D2R

    /// Bit/s of rate code 0; each further code doubles it.
    package var d2rBaseBitRateHz: Double
    /// Preamble bits, in the order of transmission.
    package var d2rPreamble: [UInt8]
    package var d2rMidamble: [UInt8]
    /// Coded bits between midambles.
    package var d2rMidambleSpacing: Int
    /// Memory of the convolutional code plus one.
    package var fecConstraintLength: Int
    /// Generators; the top bit weights the current input.
    package var fecGenerators: [UInt32]

    // MARK: Timing

    /// From the end of an R2D frame to the earliest D2R burst it schedules.
    package var d2rTurnaround: AirDuration
    /// Unit of the start offset in a schedule.
    package var startOffsetUnit: AirDuration
    /// Length of a time position: nominal burst length times this ...
    package var slotStretch: Double
    /// ... plus this.
    package var slotGuard: AirDuration
    /// Largest relative error of a device's clock after calibration: bursts are looked for within it.
    package var largestClockError: Double

    /// The air profile "ours-v0" of `spec/2`.
    package static let oursV0 = AirProfile(
        name: "ours-v0", shortCRCLimit: 24, shortCRC: CRC(width: 6, polynomial: 0x21),
        longCRC: CRC(width: 16, polynomial: 0x1021), r2dLengthBits: 8, r2dSymbolRateHz: 15_000,
        r2dChipsPerSymbol: [2, 6, 12, 24], r2dStartIndicator: [1.0 / 6, 1.0 / 6, 1.0 / 6, 3.0 / 6],
        r2dClockAcquisition: [1, 0, 1, 0], r2dPostambleChips: 4, r2dOffAmplitude: 0.05, d2rBaseBitRateHz: 3_750,
        d2rPreamble: "0000100101100111110001101110101".utf8.map { $0 & 1 },
        d2rMidamble: "000100110101111".utf8.map { $0 & 1 }, d2rMidambleSpacing: 64, fecConstraintLength: 7,
        fecGenerators: [0o133, 0o171, 0o165], d2rTurnaround: .microseconds(250), startOffsetUnit: .microseconds(50),
        slotStretch: 1.05, slotGuard: .microseconds(250), largestClockError: 0.02)

    /// By how much what a device times may last longer than nominal: what room is left for.
    package var longestStretch: Double { max(slotStretch, 1 / (1 - min(largestClockError, 0.5))) }

    /// The CRC that protects `bitCount` information bits.
    package func crc(forInformationBits bitCount: Int) -> CRC {
        bitCount <= shortCRCLimit ? shortCRC : longCRC
    }
}
