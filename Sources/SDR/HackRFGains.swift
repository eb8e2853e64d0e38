/// The gains of a HackRF in dB.
struct HackRFGains: Hashable, Sendable {
    /// Intermediate frequency: 0 to 40 in steps of 8.
    let lna: UInt16
    /// Baseband: 0 to 62 in steps of 2.
    let vga: UInt16

    /// Splits `decibels`, 0 to 102, over the two stages: one half each, until the first is at its end (*ours*, so that 32 dB
    /// is 16 and 16, where the maker says to begin). The sum is `decibels`, or 1 less where that is odd. Nil out of range.
    init?(receiving decibels: Int) {
        guard 0...102 ~= decibels else { return nil }
        let first = min((decibels / 2 + 4) / 8 * 8, 40)
        lna = UInt16(first)
        vga = UInt16((decibels - first) / 2 * 2)
    }

    static let transmitRange = 0...47
}
