import Glibc
import Synchronization

/// A queue of records on disk that survives a crash: a ``SpoolLog`` and the thread that carries out its orders.
///
/// What `append` has reported as done is delivered at least once, whatever happens to the process or the power. Every method
/// may be called from any thread, and none but ``close()`` waits for the disk. A spool that is dropped
/// without ``close()`` keeps its thread and its lock until the process ends.
package final class Spool: Sendable {
    package typealias Completion = @Sendable (Result<UInt64, SpoolError>) -> Void

    struct State: Sendable {
        var log: SpoolLog
        var completions: [UInt64: Completion] = [:]
        /// The thread has work, or will look for it before it sleeps.
        var isAwake = true
        var thread: pthread_t?
    }

    /// A greater limit is lowered to this: everything that waits is also in memory.
    package static let maximumLimitOctets = 1 << 30

    let state: Mutex<State>
    let wake: SpoolSemaphore

    /// Opens the spool in a folder, which is made (mode 0700) when it is missing, and reads what waits in it.
    ///
    /// A torn or damaged tail is cut off and reported; nothing before it is lost. `limitOctets` bounds what waits, 0 to
    /// ``maximumLimitOctets``; the folder needs room for two and a quarter times as much, and for a damaged file set aside.
    package static func open(folder: String, limitOctets: Int) throws(SpoolError) -> (Spool, SpoolRecovery) {
        let files = try SpoolFiles(path: folder)
        let scan = try SpoolScan(names: files.names(), read: files.read)
        let limit = min(max(limitOctets, 0), maximumLimitOctets)
        let spool = Spool(SpoolLog(scan, limitOctets: limit, folder: folder))
        try spool.start(files)
        return (spool, scan.recovery)
    }

    private init(_ log: SpoolLog) {
        state = Mutex(State(log: log))
        wake = SpoolSemaphore()
    }

    /// Queues a record; `completion` is called exactly once, with its sequence or with why it is not kept.
    ///
    /// It is called from the thread of the spool, after the fsync; but from within this call when the record is refused at
    /// once (full, too long, closed). After a failure the record may still be delivered if the process crashes soon after.
    package func append(owner: [UInt8], payload: [UInt8], completion: @escaping Completion) {
        let refusal = change { state -> SpoolError? in
            do throws(SpoolError) {
                state.completions[try state.log.append(owner: owner, payload: payload)] = completion
                return nil
            } catch {
                return error
            }
        }
        if let refusal { completion(.failure(refusal)) }
    }

    /// The records for `owner` that are durable and not removed, in order.
    package func pending(owner: [UInt8]) -> [SpoolRecord] {
        state.withLock { $0.log }.pending(owner: owner)
    }

    /// Takes records out that have been delivered. This becomes durable lazily: after a crash they may come again.
    package func remove(_ sequences: [UInt64]) {
        change { $0.log.remove(sequences) }
    }

    package var status: SpoolStatus {
        state.withLock { $0.log.status }
    }

    /// Writes what is queued, ends the thread and gives the lock back; waits for that, unless called by a completion.
    package func close() {
        let thread = change { state in
            state.log.close()
            defer { state.thread = nil }
            return state.thread
        }
        if let thread, pthread_equal(thread, pthread_self()) == 0 { pthread_join(thread, nil) }
    }

    /// Changes the state and wakes the thread if it sleeps.
    private func change<Value>(_ body: (inout sending State) -> sending Value) -> Value {
        let (value, wasAwake) = state.withLock { state in
            let value = body(&state)
            defer { state.isAwake = true }
            return (value, state.isAwake)
        }
        if !wasAwake { wake.post() }
        return value
    }
}
