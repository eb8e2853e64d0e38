package import Transceiver

/// The samples of a recording, one after the other.
package struct ReplaySource: Sendable {
    /// What it is, for people.
    package var name: String
    package var format: StreamFormat
    package var sampleRateHz: Double
    /// The next octets, about as many as asked for; none at the end. Called by one thread; may block.
    package var read: @Sendable (Int) throws -> [UInt8]

    package init(
        name: String, format: StreamFormat, sampleRateHz: Double, read: @escaping @Sendable (Int) throws -> [UInt8]
    ) {
        self.name = name
        self.format = format
        self.sampleRateHz = sampleRateHz
        self.read = read
    }
}
