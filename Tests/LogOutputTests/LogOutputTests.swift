import Glibc
import Logging
import Synchronization
import Testing

@testable import LogOutput

@Suite struct LogRecordTests {
    private func record(_ message: String, _ fields: [(key: String, value: String)] = []) -> LogRecord {
        LogRecord(
            unixNanoseconds: 1_785_412_800_123_456_789, level: .warning, label: "aiot-reader", message: message,
            fields: fields)
    }

    @Test func textHasTimeLevelFieldsAndMessage() {
        #expect(
            record("no link: nothing listens there", [("exchange", "7"), ("link", "core")]).text
                == "2026-07-30T12:00:00.123Z warning aiot-reader: exchange=7 link=core no link: nothing listens there")
    }

    @Test func aTextFromOutsideForgesNoLineAndCommandsNoTerminal() {
        let hostile = "x\n2026-07-30T12:00:00Z error forged\u{1B}[2J\u{9B}\u{202E}\u{2028}\r\t"
        for line in [record(hostile).text, record(hostile).prefixed, record("m", [("peer", hostile)]).text] {
            #expect(line.unicodeScalars.allSatisfy { $0.isHarmless }, "\(line)")
            #expect(line.contains(#"x\n2026-07-30"#) && line.contains(#"\u{1B}[2J\u{9B}\u{202E}\u{2028}\r\t"#))
        }
    }

    @Test func aValueForgesNoField() {
        #expect(record("m", [("peer", "a link=b")]).text.hasSuffix(#"peer="a link=b" m"#))
        #expect(record("m", [("peer", #"a" link="b"#)]).text.hasSuffix(#"peer="a\" link=\"b" m"#))
        #expect(record("m", [("peer", "a\"\u{301} b")]).text.hasSuffix("peer=\"a\\\"\u{301} b\" m"))
        #expect(record("m", [("peer", #"a\" b"#)]).text.hasSuffix(#"peer="a\\\" b" m"#))
        #expect(record("m", [("peer", "")]).text.hasSuffix(#"peer="" m"#))
    }

    @Test func jsonIsOneObjectALineWithTheFieldsBesideItsOwn() {
        #expect(
            record("a \"b\" \\ \n\u{1B}\u{1F600}", [("inventory", "3"), ("level", "x")]).json
                == #"{"time":"2026-07-30T12:00:00.123Z","level":"warning","logger":"aiot-reader","#
                + #""message":"a \"b\" \\ \n\u001b😀","inventory":"3","level_":"x"}"#)
    }

    @Test func aPriorityGoesBeforeALineForAServiceManager() {
        #expect(record("m", [("link", "core")]).prefixed == "<4>aiot-reader: link=core m")
        let long = record(String(repeating: "x", count: 100_000)).prefixed
        let accents = record("e" + String(repeating: "\u{301}", count: 100_000)).prefixed
        #expect(accents.utf8.count < 40_000)
        #expect(long.utf8.count < 10_000 && long.hasSuffix("(cut off: it has 100016 octets)"))
    }

    @Test func aJournalEntryHasNativeFields() {
        let entry = record("m", [("exchange", "7"), ("front end", "é")]).journalEntry
        #expect(
            String(decoding: entry, as: UTF8.self) == """
                PRIORITY=4
                SYSLOG_IDENTIFIER=aiot-reader
                MESSAGE=m
                AIOT_EXCHANGE=7
                AIOT_FRONT_END=é

                """)
    }

    @Test func aMessageOfSeveralLinesEndsNoFieldOfTheJournal() {
        let entry = record("a\nPRIORITY=0").journalEntry
        let expected =
            Array("PRIORITY=4\nSYSLOG_IDENTIFIER=aiot-reader\nMESSAGE\n".utf8) + [12, 0, 0, 0, 0, 0, 0, 0]
            + Array("a\nPRIORITY=0\n".utf8)
        #expect(entry == expected)
    }
}

@Suite struct LineLimiterTests {
    private let kind = LineLimiter.Kind(file: "A.swift", line: 1)

    @Test func soManyLinesOfAKindInAnIntervalThenNoneUntilTheNext() {
        var limiter = LineLimiter()
        let verdicts = (0..<5).map { limiter.take(kind, limit: 3, at: $0) }
        #expect(verdicts == [.write, .write, .write, .leaveOut(isFirst: true), .leaveOut(isFirst: false)])
        #expect(limiter.take(LineLimiter.Kind(file: "A.swift", line: 2), limit: 3, at: 5) == .write)
        #expect(limiter.leftOut(kind) == 2)
        #expect(limiter.leftOut(kind) == 0)
        #expect(limiter.take(kind, limit: 3, at: LineLimiter.interval) == .write)
    }

    @Test func aNewIntervalBeginsWhereNothingWasLeftOut() {
        var limiter = LineLimiter()
        for round in 0..<10 {
            let start = Int64(round) * LineLimiter.interval
            #expect((0..<3).allSatisfy { limiter.take(kind, limit: 3, at: start + $0) == .write })
        }
    }

    @Test func kindsWithoutEndShareOneLimit() {
        var limiter = LineLimiter()
        let written = (0..<5_000).filter {
            limiter.take(LineLimiter.Kind(file: "A.swift", line: UInt($0)), limit: 1, at: 0) == .write
        }
        #expect(written.count <= 1_025)
        // And it is told how many were left out, as of any kind.
        #expect(limiter.leftOut(LineLimiter.Kind(file: "A.swift", line: 4_999)) == 5_000 - written.count)
    }
}

@Suite struct LogSinkTests {
    /// What a sink wrote, and a clock that stands.
    private final class Wall: Sendable {
        let lines = Mutex<[String]>([])
        let entries = Mutex<[[UInt8]]>([])
        let later = Mutex<[@Sendable () -> Void]>([])
        let hasJournal = Mutex(true)

        func logger(_ level: Logger.Level = .info, form: LogSink.Form = .text) -> (LogSink, Logger) {
            let sink = LogSink(
                ports: .init(
                    line: { line in self.lines.withLock { $0.append(line) } },
                    journal: { entry in
                        self.entries.withLock { $0.append(entry) }
                        return self.hasJournal.withLock { $0 }
                    }, now: { 0 }, unixNanoseconds: { 0 },
                    later: { body in self.later.withLock { $0.append(body) } }), level: level, form: form)
            return (sink, Logger(label: "t") { SinkLogHandler(label: $0, sink: sink) })
        }
    }

    @Test func levelAndFormChangeForAllLoggersAtOnce() {
        let wall = Wall()
        let (sink, log) = wall.logger()
        log.debug("not yet")
        sink.level = .debug
        sink.set(form: .json, showsProtected: false)
        log.debug("now", metadata: ["inventory": "3"])
        let lines = wall.lines.withLock { $0 }
        #expect(lines.count == 1 && lines[0].hasPrefix("{") && lines[0].contains(#""inventory":"3""#), "\(lines)")
    }

    @Test func framesAreShownOnlyWhereItIsAskedFor() {
        let wall = Wall()
        let (sink, log) = wall.logger(form: .journal)
        log.info("R2D", metadata: ["octets": "00aa", "inventory": "1"])
        sink.set(form: .journal, showsProtected: true)
        log.info("R2D", metadata: ["octets": "00aa"])
        let entries = wall.entries.withLock { $0.map { String(decoding: $0, as: UTF8.self) } }
        #expect(entries.map { $0.contains("00aa") } == [false, true])
        #expect(entries[0].contains("AIOT_INVENTORY=1"))
    }

    @Test func whereJournaldDoesNotTakeALineItGoesToStandardErrorWithItsPriority() {
        let wall = Wall()
        wall.hasJournal.withLock { $0 = false }
        let (_, log) = wall.logger(form: .journal)
        log.error("m")
        #expect(wall.lines.withLock { $0 } == ["<3>t: m"])
    }

    @Test func whatIsLeftOutIsToldOnceWithItsNumber() {
        let wall = Wall()
        let (_, log) = wall.logger()
        for number in 0..<1_000 { log.warning("garbage \(number)") }
        #expect(wall.lines.withLock { $0.count } == LogSink.limits.always)
        let later = wall.later.withLock { $0 }
        #expect(later.count == 1)
        for body in later { body() }
        let last = wall.lines.withLock { $0.last }
        #expect(last?.hasSuffix("t: 980 lines like this one were left out within 10 s: garbage 20") == true)
    }

    @Test func aJournalThatIsAwayOrTakesNoMoreIsNotWaitedFor() {
        #expect(!JournalSocket(path: "/nowhere/socket").send([1]))
        let path = "/tmp/aiot-journal-\(getpid())"
        unlink(path)
        let server = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        defer {
            close(server)
            unlink(path)
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        let journal = JournalSocket(path: path)
        #expect(journal.send([1, 2, 3]))
        var octets = [UInt8](repeating: 0, count: 8)
        #expect(recv(server, &octets, 8, 0) == 3 && octets.prefix(3) == [1, 2, 3])
        #expect(!(0..<10_000).allSatisfy { _ in journal.send([4]) }, "a queue without end")
    }
}
