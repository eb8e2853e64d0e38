/// Where a radio stands; visible everywhere (`spec/6`).
package enum RadioState: String, Hashable, Sendable, CaseIterable {
    /// There is no such box.
    case absent
    case opening
    case ready
    /// In use, but losing samples or deaf to its own carrier.
    case degraded
    /// Samples have stopped coming; it is being restarted.
    case stalled
    /// There, but it may not be opened.
    case denied

    /// Whether frames can go on the air.
    package var isUsable: Bool { self == .ready || self == .degraded }
}
