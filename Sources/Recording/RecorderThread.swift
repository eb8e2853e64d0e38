import Glibc
import Transceiver

/// A thread that can be waited for, and the semaphore that wakes it.
final class RecorderThread: @unchecked Sendable {
    // Unchecked: `sem_t` needs an address of its own, and its calls may come from any thread; `thread` is set before the
    // object is shared.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)
    private var thread: pthread_t?

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    init() { sem_init(semaphore, 0, 0) }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    /// Begins; called once.
    func start(_ body: @escaping @Sendable () -> Void) throws(RecordingFailure) {
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { work in
                guard let work else { return nil }
                // A write beyond RLIMIT_FSIZE would end the process; blocked, it fails with EFBIG like any other.
                var signals = sigset_t()
                sigemptyset(&signals)
                sigaddset(&signals, SIGXFSZ)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                ThreadName.set("record")
                Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
                return nil
            }, work.toOpaque())
        guard failure == 0 else {
            work.release()
            throw RecordingFailure(.other, "no thread for the recorder: \(String(cString: strerror(failure)))")
        }
        self.thread = thread
    }

    /// Never waits.
    func wake() { sem_post(semaphore) }

    func wait() { sem_wait(semaphore) }

    /// Waits until the thread has ended; called once.
    func join() {
        if let thread { pthread_join(thread, nil) }
        thread = nil
    }
}
