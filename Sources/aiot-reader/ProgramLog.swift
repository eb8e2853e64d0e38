import ArgumentParser
import LogOutput
import Logging
import ReaderService

/// The log of a process that serves: fields in the journal under systemd, lines on standard error elsewhere.
enum ProgramLog {
    private static let sink = LogSink.system()

    /// Once in a process.
    static func make(level: LogLevelOption) -> Logger {
        var settings = LogSettings()
        settings.level = level.level
        return make(settings)
    }

    /// Once in a process.
    static func make(_ settings: LogSettings) -> Logger {
        let sink = sink
        LoggingSystem.bootstrap { SinkLogHandler(label: $0, sink: sink) }
        apply(settings)
        return Logger(label: "aiot-reader")
    }

    /// For the library that starts and stops services: of its lines below warnings each holds whole services as text.
    static func ofServices(_ log: Logger) -> Logger {
        var log = log
        log.logLevel = .warning
        return log
    }

    /// From now on, for all loggers but that of the services.
    static func apply(_ settings: LogSettings) {
        sink.level = settings.level
        let form: LogSink.Form =
            switch settings.format {
            case .auto: LogSink.automaticForm
            case .text: .text
            case .json: .json
            case .journal: .journal
            }
        sink.set(form: form, showsProtected: settings.showsProtected)
    }
}

/// A level of the log.
struct LogLevelOption: ExpressibleByArgument {
    var level: Logger.Level

    static let info = LogLevelOption(level: .info)

    init(level: Logger.Level) { self.level = level }

    init?(argument: String) {
        guard let level = Logger.Level(rawValue: argument) else { return nil }
        self.level = level
    }

    var defaultValueDescription: String { level.rawValue }
    static var allValueStrings: [String] { Logger.Level.allCases.map(\.rawValue) }
}
