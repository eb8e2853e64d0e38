package import AIoTBase
package import AIoTPhy

/// A frame that was found in a recording, R2D or D2R.
package struct DecodedFrame: Hashable, Sendable {
    /// What only a D2R burst has.
    package struct D2R: Hashable, Sendable {
        package var format: D2RBurstFormat
        package var timePosition: Int
        package var frequencyPosition: Int
        /// k of its access occasion; nil outside contention.
        package var occasion: Int?
        package var isMsg1OfCBRA: Bool
        package var measurement: BurstMeasurement

        package init(
            format: D2RBurstFormat, timePosition: Int, frequencyPosition: Int, occasion: Int?, isMsg1OfCBRA: Bool,
            measurement: BurstMeasurement
        ) {
            self.format = format
            self.timePosition = timePosition
            self.frequencyPosition = frequencyPosition
            self.occasion = occasion
            self.isMsg1OfCBRA = isMsg1OfCBRA
            self.measurement = measurement
        }
    }

    /// First edge: of the start indicator in R2D, of the preamble in D2R.
    package var sampleStart: Int
    package var sampleCount: Int
    /// The MAC message without CRC; in D2R with the padding of its transport block.
    package var octets: [UInt8]
    package var crcRight: Bool
    /// The message's name as tools print it; nil when the octets are no MAC message.
    package var message: String?
    package var transactionID: TransactionID?
    /// M of an R2D frame.
    package var chipsPerSymbol: Int?
    /// Nil for an R2D frame.
    package var d2r: D2R?

    package init(
        sampleStart: Int, sampleCount: Int, octets: [UInt8], crcRight: Bool, message: String?,
        transactionID: TransactionID?, chipsPerSymbol: Int? = nil, d2r: D2R? = nil
    ) {
        self.sampleStart = sampleStart
        self.sampleCount = sampleCount
        self.octets = octets
        self.crcRight = crcRight
        self.message = message
        self.transactionID = transactionID
        self.chipsPerSymbol = chipsPerSymbol
        self.d2r = d2r
    }

    package var isR2D: Bool { d2r == nil }
}
