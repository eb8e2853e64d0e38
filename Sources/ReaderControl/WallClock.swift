import AIoTBase
import Foundation

/// The loop's time on the wall clock, as that stands now.
struct WallClock: Sendable {
    /// Seconds since 1970 at the loop's zero.
    private var zero: Double

    init(at now: AirTime) { zero = Date().timeIntervalSince1970 - now.seconds }

    /// As in 2026-11-24T14:02:11.123Z.
    func text(_ time: AirTime) -> String {
        Date(timeIntervalSince1970: zero + time.seconds)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}
