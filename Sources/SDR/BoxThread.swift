import Glibc
import Synchronization
import Transceiver

/// A thread of a driver, to be joined once.
final class BoxThread: Sendable {
    private final class Work: Sendable {
        let name: String
        let isUrgent: Bool
        let body: @Sendable () -> Void
        let done: WakeUp

        init(_ name: String, isUrgent: Bool, done: WakeUp, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.isUrgent = isUrgent
            self.done = done
            self.body = body
        }
    }

    private let done = WakeUp(staysPosted: true)
    private let thread: Mutex<pthread_t?>

    /// Starts the thread; an urgent one gets real-time priority where that is permitted.
    init(_ name: String, isUrgent: Bool, _ body: @escaping @Sendable () -> Void) throws(TransceiverFailure) {
        let work = Unmanaged.passRetained(Work(name, isUrgent: isUrgent, done: done, body: body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { work in
                guard let work else { return nil }
                let owned = Unmanaged<Work>.fromOpaque(work).takeRetainedValue()
                ThreadName.set(owned.name)
                if owned.isUrgent {
                    var parameter = sched_param(sched_priority: 10)
                    pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter)
                }
                owned.body()
                owned.done.post()
                return nil
            }, work.toOpaque())
        guard failure == 0 else {
            work.release()
            throw TransceiverFailure(
                .failed,
                "no thread for a stream (error \(failure)): raise TasksMax of the service, or the limit of processes")
        }
        self.thread = Mutex(thread)
    }

    /// Whether it has ended within `milliseconds`.
    func hasEnded(within milliseconds: Int) -> Bool {
        done.wait(milliseconds: milliseconds)
    }

    /// Waits for its end.
    func join() {
        guard let thread = thread.withLock({ $0.take() }) else { return }
        pthread_join(thread, nil)
    }
}
