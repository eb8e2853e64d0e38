import Glibc

/// State behind a lock, and waiting for it to change.
final class Monitor<State>: @unchecked Sendable {
    // Unchecked: the state is only reached under the lock, and the C objects need addresses of their own.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var state: State

    init(_ state: sending State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the state, and wakes those that wait.
    func withLock<Result, Failure>(_ body: (inout State) throws(Failure) -> Result) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(condition)
            pthread_mutex_unlock(mutex)
        }
        return try body(&state)
    }

    /// Waits until `isTrue`.
    func wait(until isTrue: (State) -> Bool) {
        pthread_mutex_lock(mutex)
        while !isTrue(state) { pthread_cond_wait(condition, mutex) }
        pthread_mutex_unlock(mutex)
    }
}
