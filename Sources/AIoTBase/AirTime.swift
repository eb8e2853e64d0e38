/// A length of time on the air, in whole nanoseconds.
package struct AirDuration: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// `seconds` to the nearest nanosecond; what is not finite or past 292 years becomes zero.
    package init(seconds: Double) {
        nanoseconds = Int64(exactly: (seconds * 1e9).rounded()) ?? 0
    }

    package static let zero = AirDuration(nanoseconds: 0)
    package static func microseconds(_ count: Int64) -> Self { Self(nanoseconds: count * 1_000) }
    package static func milliseconds(_ count: Int64) -> Self { Self(nanoseconds: count * 1_000_000) }

    package var seconds: Double { Double(nanoseconds) / 1e9 }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Self, right: Self) -> Self { Self(nanoseconds: left.nanoseconds + right.nanoseconds) }
    package static func - (left: Self, right: Self) -> Self { Self(nanoseconds: left.nanoseconds - right.nanoseconds) }
    package static func * (left: Self, count: Int64) -> Self { Self(nanoseconds: left.nanoseconds * count) }
}

/// An instant on the reader's sample clock, in nanoseconds since its first sample.
///
/// It comes from the sample counter, never from a wall clock, so a replay has the same times as the recording.
package struct AirTime: Hashable, Comparable, Sendable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static let zero = AirTime(nanoseconds: 0)

    package var seconds: Double { Double(nanoseconds) / 1e9 }

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Self, right: AirDuration) -> Self {
        Self(nanoseconds: left.nanoseconds + right.nanoseconds)
    }
    package static func - (left: Self, right: AirDuration) -> Self {
        Self(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
    package static func - (left: Self, right: Self) -> AirDuration {
        AirDuration(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
    package static func += (left: inout Self, right: AirDuration) { left = left + right }
}
