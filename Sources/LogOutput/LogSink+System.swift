extension LogSink {
    /// Of this process: standard error and journald.
    package static func system() -> LogSink {
        let journal = JournalSocket()
        let start = ContinuousClock.now
        return LogSink(
            ports: Ports(
                line: StandardError.write, journal: journal.send,
                now: {
                    let (seconds, attoseconds) = (ContinuousClock.now - start).components
                    return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
                },
                unixNanoseconds: { UTC.unixNanoseconds },
                later: { body in
                    Task {
                        try? await Task.sleep(for: .nanoseconds(LineLimiter.interval))
                        body()
                    }
                }))
    }

    /// Native fields where standard error is the journal, else text.
    package static var automaticForm: Form { JournalSocket.isStandardError ? .journal : .text }
}
