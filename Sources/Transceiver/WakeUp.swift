import Glibc

/// Wakes threads that wait: one for all posts before, or, where it stays posted, all of them from then on.
package final class WakeUp: @unchecked Sendable {
    // Unchecked: the system's objects need an address of their own, and the flag is kept under the mutex.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var isPosted = false
    private let staysPosted: Bool

    package init(staysPosted: Bool = false) {
        self.staysPosted = staysPosted
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A wall clock that is set must not lengthen a wait.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    package func post() {
        pthread_mutex_lock(mutex)
        isPosted = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Waits for a post, at most so long by the monotonic clock.
    /// - Returns: whether there was one.
    @discardableResult
    package func wait(milliseconds: Int) -> Bool {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let nanoseconds = deadline.tv_nsec + milliseconds % 1_000 * 1_000_000
        deadline.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
        deadline.tv_nsec = nanoseconds % 1_000_000_000
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isPosted, pthread_cond_timedwait(condition, mutex, &deadline) == 0 {}
        defer { isPosted = isPosted && staysPosted }
        return isPosted
    }
}

/// Runs `body` on a thread of its own, of that name.
/// - Returns: false where the system has none.
package func runThread(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let work = Unmanaged.passRetained(
        Work {
            ThreadName.set(name)
            body()
        })
    var thread = pthread_t()
    let failure = pthread_create(
        &thread, nil,
        { work in
            guard let work else { return nil }
            Unmanaged<Work>.fromOpaque(work).takeRetainedValue().body()
            return nil
        }, work.toOpaque())
    guard failure == 0 else {
        work.release()
        return false
    }
    pthread_detach(thread)
    return true
}
