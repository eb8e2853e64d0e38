import Logging
import Synchronization

/// Keeps what is logged as lines: level, text, values of the metadata.
final class LogRecorder: LogHandler {
    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let values = (event.metadata ?? [:]).sorted { $0.key > $1.key }.map { " \($0.value)" }.joined()
        recorded.withLock { $0.append("\(event.level): \(event.message)\(values)") }
    }
}
