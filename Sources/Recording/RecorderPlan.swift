/// What is to be recorded, and where.
package struct RecorderPlan: Hashable, Sendable {
    /// Saves only what lies around bursts that did not decode.
    package struct Ring: Hashable, Sendable {
        /// How far back a piece can reach, 1 to 60,000.
        package var milliseconds: Int
        /// Before the R2D frame that the burst answers.
        package var preRollMilliseconds = 5
        /// After the last place of a burst.
        package var postRollMilliseconds = 5
        /// Pieces that are saved at most (*ours*).
        package var maximumIncidents = 100

        package init(milliseconds: Int) { self.milliseconds = milliseconds }
    }

    /// `NAME` of NAME.sigmf-data and NAME.sigmf-meta; in ring mode what the names of all pieces begin with.
    package var name: String
    /// Octets of samples at most, over all pieces in ring mode (*ours*: 4 GiB is 107 s of 8-bit samples at 20 MS/s).
    package var limitOctets: Int64 = 4 << 30
    package var ring: Ring?
    /// Octets that may wait for the disk (*ours*: 1.6 s of 8-bit samples at 20 MS/s).
    package var bufferOctets = 64 << 20
    /// What is written at once; a multiple of 8.
    package var blockOctets = 1 << 20

    package var frequencyHz: Double?
    package var hardware: String?

    package init(name: String) { self.name = name }

    /// Memory of the ring mode at most.
    package static let maximumRingOctets = 2 << 30

    /// How many blocks hold what lies `milliseconds` back.
    func blocks(milliseconds: Int, octetsPerSecond: Double) -> Int {
        let octets = min(Double(milliseconds) / 1_000 * octetsPerSecond, Double(Self.maximumRingOctets))
        return Int((octets / Double(blockOctets)).rounded(.up)) + 1
    }
}
