/// What a service manager is told of a service (sd_notify(3)).
package enum ServiceNotice: Hashable, Sendable {
    /// The service has started, or has come to the end of a reload.
    case ready(status: String)
    /// How it is, in words.
    case status(String)
    /// It still starts or stops: wait so much longer from now before you give it up.
    case extendTimeout(seconds: Int)
    /// A reload has begun; `ready` ends it.
    case reloading
    case stopping
    /// It lives.
    case watchdog

    /// - Parameter microseconds: now, on the monotonic clock of the system.
    package func text(atMicroseconds microseconds: Int64) -> String {
        switch self {
        case .ready(let status): "READY=1\nSTATUS=\(Self.line(status))"
        case .status(let text): "STATUS=\(Self.line(text))"
        case .extendTimeout(let seconds): "EXTEND_TIMEOUT_USEC=\(seconds &* 1_000_000)"
        case .reloading: "RELOADING=1\nMONOTONIC_USEC=\(microseconds)"
        case .stopping: "STOPPING=1\nSTATUS=Stopping"
        case .watchdog: "WATCHDOG=1"
        }
    }

    private static func line(_ text: String) -> String { text.replacing("\n", with: " ") }
}
