import Glibc
import Synchronization

extension Spool {
    /// What the thread owns.
    private final class Work {
        let spool: Spool
        let files: SpoolFiles

        init(_ spool: Spool, _ files: SpoolFiles) {
            self.spool = spool
            self.files = files
        }
    }

    /// Starts the thread, which owns `files` from now on.
    func start(_ files: SpoolFiles) throws(SpoolError) {
        let work = Unmanaged.passRetained(Work(self, files))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { work in
                guard let work else { return nil }
                let owned = Unmanaged<Work>.fromOpaque(work).takeRetainedValue()
                owned.spool.run(owned.files)
                return nil
            }, work.toOpaque())
        guard failure == 0 else {
            work.release()
            throw .io(errno: failure, operation: "pthread_create", path: "for the spool")
        }
        state.withLock { $0.thread = thread }
    }

    private enum Next {
        case perform(SpoolOrder)
        case wait(seconds: Int?)
        case end
    }

    /// Carries out orders until the spool is closed and everything is written.
    private func run(_ files: SpoolFiles) {
        // A write beyond RLIMIT_FSIZE would end the process; blocked, it fails with EFBIG like any other.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGXFSZ)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        var retried = Self.seconds
        while true {
            let now = Self.seconds
            let isTime = now > retried
            if isTime { retried = now }
            switch advance({ if isTime { $0.retry() } }) {
            case .perform(let order):
                let failure = files.perform(order)
                _ = advance { $0.finished(failure: failure) }
            case .wait(let seconds): wake.wait(seconds: seconds)
            case .end: return
            }
        }
    }

    private static var seconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }

    /// Changes the log, completes what has come to its end, and says what is next.
    private func advance(_ body: (inout SpoolLog) -> Void) -> Next {
        let (next, ended) = state.withLock { state in
            body(&state.log)
            let next: Next =
                if let order = state.log.nextOrder() {
                    .perform(order)
                } else if state.log.isClosing {
                    .end
                } else {
                    .wait(seconds: state.log.isHeld ? 1 : nil)
                }
            if case .wait = next { state.isAwake = false }
            let ended = state.log.takeOutcomes().map { ($0, state.completions.removeValue(forKey: $0.sequence)) }
            return (next, ended)
        }
        for (outcome, completion) in ended {
            completion?(outcome.error.map(Result.failure) ?? .success(outcome.sequence))
        }
        return next
    }
}
