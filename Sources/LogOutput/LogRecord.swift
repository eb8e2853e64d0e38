package import Logging

/// One line of the log before it has a form.
package struct LogRecord: Sendable {
    package var unixNanoseconds: Int64
    package var level: Logger.Level
    package var label: String
    package var message: String
    /// In the order of their keys.
    package var fields: [(key: String, value: String)]

    package init(
        unixNanoseconds: Int64, level: Logger.Level, label: String, message: String,
        fields: [(key: String, value: String)] = []
    ) {
        self.unixNanoseconds = unixNanoseconds
        self.level = level
        self.label = label
        self.message = message
        self.fields = fields
    }

    /// For a terminal, a file, a pipe: `TIME LEVEL LABEL: KEY=VALUE ... MESSAGE`, one line whatever is in it.
    package var text: String { "\(UTC.stamp(unixNanoseconds)) \(level.rawValue) \(label): \(said)" }

    /// For a service manager that reads standard error (sd-daemon(3)): the priority, no time.
    package var prefixed: String {
        let line = "<\(priority)>\(label): \(said)"
        let octets = line.utf8.count
        guard octets > Self.prefixedOctets else { return line }
        // Not so many characters: one may have accents without end.
        let beginning = String(line.unicodeScalars.prefix(Self.prefixedOctets))
        return "\(beginning) (cut off: it has \(octets) octets)"
    }

    /// journald breaks lines at 48 KiB, and only their first part has the priority.
    private static let prefixedOctets = 8_192

    /// syslog's: 2 critical to 7 debug.
    package var priority: Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    private var said: String {
        (fields.map { "\($0.key.harmless)=\($0.value.quotedWhereNeeded)" } + [message.harmless])
            .joined(separator: " ")
    }
}
