import Glibc

/// The clocks on which the traces of two programs are joined, in nanoseconds.
package enum TraceClock {
    /// CLOCK_MONOTONIC: one for all programs of a machine.
    package static var monotonic: Int64 { read(CLOCK_MONOTONIC) }

    /// Since 1970, UTC.
    package static var wall: Int64 { read(CLOCK_REALTIME) }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}
