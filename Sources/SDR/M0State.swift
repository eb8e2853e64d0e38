/// What the core in a HackRF that moves the samples says of itself (request 41, API 1.06 and up): eleven little-endian
/// words, the first two of 16 bits, the others of 32.
package struct M0State: Hashable, Sendable {
    package enum Mode: UInt32, Sendable {
        case idle = 0
        case waiting
        case receiving
        /// Asked to transmit, and waiting for the first 32 KiB.
        case transmitStarting
        case transmitting
    }

    package var requestedMode: UInt16
    /// Not 0: the request is pending.
    package var requestFlag: UInt16
    package var activeMode: UInt32
    /// Octets that this core has moved.
    package var m0Count: UInt32
    /// Octets that the core at USB has moved.
    package var m4Count: UInt32
    /// How often samples were missing, or found no room, since streaming began.
    package var shortfalls: UInt32
    /// In octets.
    package var longestShortfall: UInt32
    package var shortfallLimit: UInt32
    package var threshold: UInt32
    package var nextMode: UInt32
    /// Why it went idle: 0 nothing, 1 receiving timed out, 2 transmitting did, 3 it missed a deadline.
    package var error: UInt32

    static let octets = 40

    package var mode: Mode? { Mode(rawValue: activeMode) }

    /// Nil where `octets` are not 40.
    package init?(_ octets: [UInt8]) {
        guard octets.count == Self.octets else { return nil }
        func word(_ place: Int) -> UInt32 {
            octets[place..<place + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        requestedMode = UInt16(truncatingIfNeeded: word(0))
        requestFlag = UInt16(truncatingIfNeeded: word(0) >> 16)
        activeMode = word(4)
        m0Count = word(8)
        m4Count = word(12)
        shortfalls = word(16)
        longestShortfall = word(20)
        shortfallLimit = word(24)
        threshold = word(28)
        nextMode = word(32)
        error = word(36)
    }
}
