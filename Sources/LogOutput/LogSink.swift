package import Logging
import Synchronization

/// Where all lines of a process go: decides their form, holds back what is protected, and limits what comes too often.
///
/// Level, form and whether protected values are shown can change at any time, for all loggers at once.
package final class LogSink: Sendable {
    package enum Form: String, Sendable {
        case text
        case json
        /// Native fields; where journald does not take them, lines with their priority on standard error.
        case journal
    }

    /// Where it writes, and its clocks.
    package struct Ports: Sendable {
        package var line: @Sendable (String) -> Void
        package var journal: @Sendable ([UInt8]) -> Bool
        /// Nanoseconds of a clock that does not go back.
        package var now: @Sendable () -> Int64
        package var unixNanoseconds: @Sendable () -> Int64
        /// Does something when `LineLimiter.interval` has passed.
        package var later: @Sendable (@escaping @Sendable () -> Void) -> Void

        package init(
            line: @escaping @Sendable (String) -> Void, journal: @escaping @Sendable ([UInt8]) -> Bool,
            now: @escaping @Sendable () -> Int64, unixNanoseconds: @escaping @Sendable () -> Int64,
            later: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
        ) {
            self.line = line
            self.journal = journal
            self.now = now
            self.unixNanoseconds = unixNanoseconds
            self.later = later
        }
    }

    private struct State {
        var form: Form
        var showsProtected = false
        var limiter = LineLimiter()
    }

    /// Fields of these keys hold frames, and with them IDs and what is protected: shown only where it is asked for.
    package static let protectedKeys: Set<String> = ["octets"]
    /// Lines of one kind in an interval: of what is always logged, and of what is logged to look for a fault (*ours*).
    package static let limits = (always: 20, debug: 10_000)

    private let ports: Ports
    private let state: Mutex<State>
    private let levelPlace: Atomic<Int>

    package init(ports: Ports, level: Logger.Level = .info, form: Form = .text) {
        self.ports = ports
        state = Mutex(State(form: form))
        levelPlace = Atomic(Self.place(level))
    }

    /// What is logged from now on.
    package var level: Logger.Level {
        get { Logger.Level.allCases[levelPlace.load(ordering: .relaxed)] }
        set { levelPlace.store(Self.place(newValue), ordering: .relaxed) }
    }

    package func set(form: Form, showsProtected: Bool) {
        state.withLock { state in
            state.form = form
            state.showsProtected = showsProtected
        }
    }

    private static func place(_ level: Logger.Level) -> Int { Logger.Level.allCases.firstIndex(of: level) ?? 0 }

    func take(_ event: LogEvent, label: String, metadata: Logger.Metadata) {
        let kind = LineLimiter.Kind(file: event.file, line: event.line)
        let now = ports.now()
        let limit = event.level >= .info ? Self.limits.always : Self.limits.debug
        let (verdict, form, showsProtected) = state.withLock { state in
            (state.limiter.take(kind, limit: limit, at: now), state.form, state.showsProtected)
        }
        switch verdict {
        case .leaveOut(isFirst: false): return
        case .leaveOut(isFirst: true):
            let message = String(event.message.description.unicodeScalars.prefix(80))
            let level = event.level
            ports.later { [self] in
                let count = state.withLock { $0.limiter.leftOut(kind) }
                guard count > 0 else { return }
                let text = "\(count) lines like this one were left out within 10 s: \(message)"
                write(LogRecord(unixNanoseconds: ports.unixNanoseconds(), level: level, label: label, message: text))
            }
        case .write:
            let fields = metadata.sorted { $0.key < $1.key }.compactMap { key, value in
                showsProtected || !Self.protectedKeys.contains(key) ? (key: key, value: value.description) : nil
            }
            write(
                LogRecord(
                    unixNanoseconds: ports.unixNanoseconds(), level: event.level, label: label,
                    message: event.message.description, fields: fields), form)
        }
    }

    private func write(_ record: LogRecord, _ form: Form? = nil) {
        switch form ?? state.withLock({ $0.form }) {
        case .text: ports.line(record.text)
        case .json: ports.line(record.json)
        case .journal: if !ports.journal(record.journalEntry) { ports.line(record.prefixed) }
        }
    }
}
