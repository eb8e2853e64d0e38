package import AIoTBase

/// Waits that double from the first to the longest, each drawn within 25 % either way.
package struct BackOff: Sendable {
    private let first: AirDuration
    private let longest: AirDuration
    private var failures = 0

    package init(first: AirDuration, longest: AirDuration) {
        self.first = first
        self.longest = longest
    }

    /// The next wait; readers that lost the same AIoTF at once come back at different moments.
    package mutating func next(using generator: inout SeededGenerator) -> AirDuration {
        var wait = first
        for _ in 0..<failures where wait < longest { wait = min(wait * 2, longest) }
        failures = min(failures + 1, 62)
        return AirDuration(seconds: wait.seconds * (0.75 + 0.5 * generator.uniform()))
    }

    package mutating func reset() { failures = 0 }
}
