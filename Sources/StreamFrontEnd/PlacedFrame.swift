package import AIoTReader

/// A frame that has been given its place on the transmit counter.
package struct PlacedFrame: Hashable, Sendable {
    /// The R2D message.
    package var octets: [UInt8]
    /// End of its postamble on the transmit counter.
    package var end: Double
    /// Samples from its start to that.
    package var length: Double
    /// nil: a sounding.
    package var transmission: R2DTransmission?

    package init(octets: [UInt8], end: Double, length: Double, transmission: R2DTransmission?) {
        self.octets = octets
        self.end = end
        self.length = length
        self.transmission = transmission
    }
}
