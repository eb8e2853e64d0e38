import Synchronization

/// One who is told of devices that come and go.
final class USBWatcher: USBWatch, USBOrder {
    private struct State {
        var change: (@Sendable (USBChange) -> Void)?
        var isTelling = false
        /// Those who wait in `cancel` for a call to end.
        var waiting: [Semaphore] = []
    }

    private let state: Mutex<State>
    private let loop: USBEventLoop

    init(_ loop: USBEventLoop, _ change: @escaping @Sendable (USBChange) -> Void) {
        self.loop = loop
        state = Mutex(State(change: change))
    }

    var isCancelled: Bool { state.withLock { $0.change == nil } }

    /// When it returns no call comes any more; a call that is under way is waited for, but not by itself.
    func cancel() {
        let mayWait = !loop.isCurrent
        let waits: Semaphore? = state.withLock { state in
            state.change = nil
            guard mayWait && state.isTelling else { return nil }
            let semaphore = Semaphore()
            state.waiting.append(semaphore)
            return semaphore
        }
        waits?.wait()
    }

    func carryOut() { loop.welcome(self) }

    /// Comes on the event thread.
    func tell(_ news: USBChange) {
        let change = state.withLock { state in
            state.isTelling = state.change != nil
            return state.change
        }
        change?(news)
        let waiting = state.withLock { state in
            state.isTelling = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for semaphore in waiting { semaphore.signal() }
    }
}
