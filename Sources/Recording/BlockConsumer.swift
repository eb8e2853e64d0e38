/// What the writing thread of a recorder does with the blocks.
protocol BlockConsumer {
    /// Takes block `number` of the ring, one after the other.
    mutating func take(_ number: Int)
    /// Takes what came of a frame; some of its samples may be still to come.
    mutating func take(_ note: FrameNote)
    /// Blocks before this number are not needed any more.
    var oldestNeeded: Int { get }
    /// Nothing comes any more.
    mutating func finish()
}
