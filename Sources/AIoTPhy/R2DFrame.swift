/// An R2D frame that came out of the demodulator.
package struct R2DFrame: Hashable, Sendable {
    /// The R2D message, without length and CRC.
    package var octets: [UInt8]
    package var crcRight: Bool
    /// Chips per symbol, M.
    package var chipsPerSymbol: Int
    /// First edge of the start indicator, in samples; the first edge that can be seen is 1/6 symbol later.
    package var startSample: Double
    /// End of the postamble, in samples.
    package var endSample: Double

    package init(octets: [UInt8], crcRight: Bool, chipsPerSymbol: Int, startSample: Double, endSample: Double) {
        self.octets = octets
        self.crcRight = crcRight
        self.chipsPerSymbol = chipsPerSymbol
        self.startSample = startSample
        self.endSample = endSample
    }
}
