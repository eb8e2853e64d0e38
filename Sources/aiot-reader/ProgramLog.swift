import ArgumentParser
import Logging

/// The log of a process that serves: lines on standard error.
enum ProgramLog {
    static func make(level: LogLevelOption) -> Logger {
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var log = Logger(label: "aiot-reader")
        log.logLevel = level.level
        return log
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
