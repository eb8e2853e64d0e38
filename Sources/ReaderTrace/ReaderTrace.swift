package import AIoTBase
package import Logging
package import ReaderService
import Synchronization
package import TraceFile

/// Follows the exchanges of the reader's loop and writes a record of each to a file.
package final class ReaderTrace: LoopObserver {
    fileprivate struct State {
        var builder = TraceBuilder()
        var clockOrigin: Int64?
        var wallOrigin: Int64?
    }

    private let state = Mutex(State())
    private let file: TraceFile<ExchangeRecord>
    private let path: String
    private let log: Logger

    /// Opens the file.
    package init(_ settings: TraceSettings, log: Logger) throws(TraceFileFailure) {
        self.log = log
        path = settings.path
        let ended: @Sendable (String) -> Void = { log.error("the trace has ended: \($0)") }
        switch settings.format {
        case .jsonl:
            file = try TraceFile(
                path: settings.path, limitOctets: settings.limitOctets, form: TraceForm(),
                encode: { $0.write(line: &$1) }, ended: ended)
        case .chrome:
            let chrome = Mutex(ChromeTrace())
            file = try TraceFile(
                path: settings.path, limitOctets: settings.limitOctets, form: ChromeTrace.form,
                encode: { record, text in chrome.withLock { $0.write(record, &text) } }, ended: ended)
        }
    }

    package var totals: TraceFile<ExchangeRecord>.Totals { file.totals }

    package func see(_ sight: LoopSight, at now: AirTime) {
        let records = state.withLock { state -> [ExchangeRecord]? in
            if case .pulse = sight { state.relate(to: now) }
            state.builder.see(sight, at: now)
            return state.builder.hasRecords ? state.takeRecords() : nil
        }
        if let records { file.add(records) }
    }

    /// Writes what is through and closes the file, two seconds at most.
    package func close() {
        let (records, dropped) = state.withLock { state in
            state.builder.finish()
            return (state.takeRecords(), state.builder.droppedExchanges)
        }
        file.add(records)
        file.close()
        let totals = file.totals
        log.info("trace: \(totals.written) exchanges in \(path), \(totals.leftOut + dropped) left out")
    }
}

extension ReaderTrace.State {
    /// The sample clock laid on the clocks of the machine, each second: the loop has just taken its time from there.
    mutating func relate(to now: AirTime) {
        let origin = TraceClock.monotonic - now.nanoseconds
        // The least is the one that was held up least; a step is a machine that has slept.
        if let known = clockOrigin, origin >= known, origin - known < 10_000_000 { return }
        clockOrigin = origin
        wallOrigin = TraceClock.wall - now.nanoseconds
    }

    mutating func takeRecords() -> [ExchangeRecord] {
        var records = builder.take()
        for place in records.indices {
            records[place].clockOrigin = clockOrigin
            records[place].wallOrigin = wallOrigin
        }
        return records
    }
}
