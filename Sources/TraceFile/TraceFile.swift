import Foundation
import Glibc
import Synchronization

/// A file of records that a thread of its own writes, out of a bounded queue: who has a record never waits for a disk.
///
/// Half of the limit is one file: then it becomes NAME.1, in the place of the NAME.1 before, and a new one begins; so does
/// what an earlier run has left. What is no regular file (a device) is written as it is, up to the limit. A write
/// that fails ends the file, not the program.
package final class TraceFile<Record: Sendable>: Sendable {
    /// What has become of the records.
    package struct Totals: Hashable, Sendable {
        package var written = 0
        /// For which the queue had no room, or which came after the end of the file.
        package var leftOut = 0
        package var waiting = 0
    }

    private struct State {
        var waiting: [Record] = []
        var totals = Totals()
        /// Nothing more is taken.
        var isEnded = false
    }

    private let state = Mutex(State())
    private let arrived = DispatchSemaphore(value: 0)
    private let finished = DispatchSemaphore(value: 0)
    private let capacity: Int

    /// Opens the file and begins.
    /// - Parameters:
    ///   - limitOctets: of the file and the one before it together.
    ///   - capacity: records that may wait.
    ///   - encode: makes a record octets, on the file's own thread; appends.
    ///   - ended: told once, in words for the log, where a write fails or the limit of a device is reached.
    package init(
        path: String, limitOctets: Int, capacity: Int = 4_096, form: TraceForm,
        encode: @escaping @Sendable (Record, inout TraceText) -> Void, ended: @escaping @Sendable (String) -> Void
    ) throws(TraceFileFailure) {
        self.capacity = capacity
        let disk = try TraceDisk(path: path, limitOctets: limitOctets, form: form)
        let thread = Thread { [self] in
            serve(disk, encode: encode, ended: ended)
            finished.signal()
        }
        thread.name = "trace"
        thread.start()
    }

    package var totals: Totals {
        state.withLock { state in
            var totals = state.totals
            totals.waiting = state.waiting.count
            return totals
        }
    }

    /// Puts records behind those that wait; never waits itself.
    package func add(_ records: [Record]) {
        guard !records.isEmpty else { return }
        let isFirst = state.withLock { state in
            let room = state.isEnded ? 0 : capacity - state.waiting.count
            let isFirst = state.waiting.isEmpty && room > 0
            state.waiting += records.prefix(room)
            state.totals.leftOut += max(0, records.count - room)
            return isFirst
        }
        if isFirst { arrived.signal() }
    }

    /// Writes what waits and closes the file; waits for that, two seconds at most.
    package func close() {
        state.withLock { $0.isEnded = true }
        arrived.signal()
        // Handed on to whoever closes it once more.
        if finished.wait(timeout: .now() + 2) == .success { finished.signal() }
    }

    private func serve(
        _ disk: TraceDisk, encode: (Record, inout TraceText) -> Void, ended: (String) -> Void
    ) {
        var disk = disk
        while true {
            arrived.wait()
            let (records, isEnded) = state.withLock { state in
                defer { state.waiting.removeAll(keepingCapacity: true) }
                return (state.waiting, state.isEnded)
            }
            do throws(TraceFileFailure) {
                for record in records {
                    var text = TraceText()
                    encode(record, &text)
                    try disk.append(text.octets)
                }
                try disk.flush()
                state.withLock { $0.totals.written += records.count }
                guard isEnded else { continue }
                try disk.close()
            } catch {
                let left = state.withLock { state in
                    state.isEnded = true
                    state.totals.leftOut += records.count
                    return state.totals
                }
                ended("\(error); \(left.written) records are in the trace, the rest is left out")
            }
            return
        }
    }
}
