import Glibc

/// Wakes the thread of a spool.
final class SpoolSemaphore: @unchecked Sendable {
    // Unchecked: `sem_t` needs an address of its own, and its calls may come from any thread.
    private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init() {
        sem_init(semaphore, 0, 0)
    }

    deinit {
        sem_destroy(semaphore)
        semaphore.deallocate()
    }

    func post() {
        sem_post(semaphore)
    }

    /// Waits for a post, at most `seconds` when they are given; may return early, and late when the wall clock is set back.
    func wait(seconds: Int?) {
        guard let seconds else {
            sem_wait(semaphore)
            return
        }
        var deadline = timespec()
        clock_gettime(CLOCK_REALTIME, &deadline)
        deadline.tv_sec += seconds
        sem_timedwait(semaphore, &deadline)
    }
}
