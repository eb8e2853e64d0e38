import Transceiver

/// Makes of the shortfall counter of a HackRF what has to be told of its stream.
struct ShortfallWatch {
    /// How many there were when it was asked last; the firmware counts from the start of streaming.
    private var known: UInt32 = 0
    /// Nothing is told any more.
    var hasEnded = false

    /// What the state tells anew, or nil.
    mutating func take(_ state: M0State, role: HackRF.Role) -> StreamTrouble? {
        guard !hasEnded, state.shortfalls != known else { return nil }
        known = state.shortfalls
        // Their number is told, and the length of the longest, but not of each.
        return known == 0 ? nil : role == .transmitter ? .transmitUnderrun : .receiveGap(samples: nil)
    }
}
