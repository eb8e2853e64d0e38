import Glibc

/// How often the service manager wants to hear that the service lives (sd_watchdog_enabled(3)); later than that it kills and
/// restarts it.
package struct ServiceWatchdog: Hashable, Sendable {
    /// 1 and more.
    package let microseconds: Int64

    /// - Parameters:
    ///   - microseconds: $WATCHDOG_USEC.
    ///   - process: $WATCHDOG_PID: whom it is for; nil: whoever reads it.
    ///   - own: the ID of this process.
    /// - Returns: nil where no watchdog waits for this process.
    package init?(microseconds: String?, process: String?, own: Int32) {
        guard let microseconds = microseconds.flatMap({ Int64($0) }), microseconds > 0,
            process.map({ Int32($0) == own }) ?? true
        else { return nil }
        self.microseconds = microseconds
    }

    /// The one that this process was started with.
    package static var fromEnvironment: ServiceWatchdog? {
        ServiceWatchdog(
            microseconds: environment("WATCHDOG_USEC"), process: environment("WATCHDOG_PID"), own: getpid())
    }

    /// How often a service says so: in a third of the time, so that one that is late does no harm.
    package var intervalMicroseconds: Int64 { max(1_000, microseconds / 3) }
}

/// A variable of the environment; nil where it is not set.
func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
