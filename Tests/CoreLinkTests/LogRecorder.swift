import Logging

/// Keeps what is logged, for tests of what an operator reads.
struct LogRecorder: LogHandler {
    let lines: Happenings<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { lines.add("\(event.level): \(event.message)") }

    /// A logger that writes to `lines`.
    static func logger(_ lines: Happenings<String>) -> Logger {
        Logger(label: "test", factory: { _ in LogRecorder(lines: lines) })
    }
}
