package import AIoTBase

/// Somebody else on the simulated channel, heard while the carrier is off.
package struct Interference: Hashable, Sendable {
    /// What is heard while nobody is there (*ours*), dB below full scale.
    package static let noiseDBFS = -90.0
    /// The channel is taken or free for so long at a time (*ours*).
    private static let span = AirDuration.milliseconds(50)

    /// The share of time that the channel is busy, 0 to 1.
    package var share: Double
    /// What is heard then, dB below full scale.
    package var levelDBFS: Double
    package var seed: UInt64

    package init(share: Double, levelDBFS: Double = -20, seed: UInt64 = 1) {
        self.share = share
        self.levelDBFS = levelDBFS
        self.seed = seed
    }

    /// The same seed gives the same level at the same time.
    package func level(at time: AirTime) -> Double {
        let place = UInt64(bitPattern: time.nanoseconds / Self.span.nanoseconds)
        var generator = SeededGenerator(seed: seed &+ place &* 0x9E37_79B9)
        return Double.random(in: 0..<1, using: &generator) < share ? levelDBFS : Self.noiseDBFS
    }
}
