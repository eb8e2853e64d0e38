import Glibc
import Synchronization

/// Something to be done on the event thread.
protocol USBOrder: AnyObject, Sendable {
    func carryOut()
}

/// The event thread of a context: all that completes does so here, and so does all that must not race with it.
///
/// Only this thread handles events of libusb, for nobody else calls what would. The thread owns the context and ends
/// it, when it has been asked to and no device is open any more.
final class USBEventLoop: @unchecked Sendable {
    private struct State {
        var orders: [any USBOrder] = []
        /// Open devices.
        var handles: [ObjectIdentifier: USBHandle] = [:]
        /// Threads that use the context.
        var visitors = 0
        var isStopping = false
        /// The context is gone, or about to go.
        var isFinished = false
        var thread: pthread_t?
    }

    let context: LibUSB.Context
    private let state = Mutex(State())
    private let hasNews = Atomic(false)
    private let threadID = Atomic<UInt>(0)
    private let realTime = Atomic(false)
    private let isReady = Semaphore()
    private let isOver = Semaphore()
    // Of the event thread alone; `startFailure` until `isReady`.
    private var startFailure: USBError.Kind?
    private var current: [any USBOrder] = []
    private var present: [USBPlace: USBDescription] = [:]
    private var watchers: [USBWatcher] = []

    /// Starts the thread and waits until it knows the devices that are there.
    init() throws(USBError) {
        var made: LibUSB.Context?
        let failure = LibUSB.makeContext(&made)
        guard let made, failure == nil else { throw USBError(failure ?? .other, "starting libusb") }
        context = made
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { loop in
                if let loop { Unmanaged<USBEventLoop>.fromOpaque(loop).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        guard code == 0 else {
            Unmanaged.passUnretained(self).release()
            LibUSB.exit(made)
            throw USBError(.noMemory, "starting the event thread of USB")
        }
        state.withLock { $0.thread = thread }
        isReady.wait()
        if let startFailure {
            stop()
            throw USBError(startFailure, "watching for USB devices")
        }
    }

    /// Whether this is the event thread.
    var isCurrent: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }
    var hasRealTimePriority: Bool { realTime.load(ordering: .relaxed) }

    // MARK: from any thread

    /// - Returns: false where the thread has ended, and nothing is carried out any more.
    @discardableResult
    func post(_ order: any USBOrder) -> Bool {
        state.withLock { state in
            guard !state.isFinished else { return false }
            state.orders.append(order)
            wake()
            return true
        }
    }

    /// Keeps the context from ending until `leave`.
    /// - Returns: false where it is ending.
    func enter() -> Bool {
        state.withLock { state in
            guard !state.isStopping else { return false }
            state.visitors += 1
            return true
        }
    }

    func leave() {
        state.withLock { state in
            state.visitors -= 1
            if state.isStopping { wake() }
        }
    }

    /// Keeps the context until the handle is closed; to be called between `enter` and `leave`.
    func add(_ handle: USBHandle) {
        let isStopping = state.withLock { state in
            state.handles[ObjectIdentifier(handle)] = handle
            return state.isStopping
        }
        if isStopping { handle.requestClose() }
    }

    func remove(_ handle: USBHandle) {
        let removed = state.withLock { $0.handles.removeValue(forKey: ObjectIdentifier(handle)) }
        withExtendedLifetime(removed) {}
    }

    /// Closes all devices and ends the thread; waits for that, unless called on it. Harmless when repeated.
    func stop() {
        let (handles, thread) = state.withLock { state in
            state.isStopping = true
            if !state.isFinished { wake() }
            defer { state.thread = nil }
            return (Array(state.handles.values), state.thread)
        }
        for handle in handles { handle.requestClose() }
        if isCurrent {
            if let thread { pthread_detach(thread) }
        } else if let thread {
            pthread_join(thread, nil)
        } else {
            isOver.pass()
        }
    }

    /// With the lock held, as the context must not go meanwhile.
    private func wake() {
        hasNews.store(true, ordering: .releasing)
        LibUSB.interrupt(context)
    }

    // MARK: on the event thread

    private func run() {
        prepareThread()
        startFailure = LibUSB.watch(context, self)
        isReady.signal()
        while !carryOutOrders() {
            let failure = LibUSB.handleEvents(context)
            // An error that stays must not keep a processor busy.
            if failure != nil && failure != .interrupted { usleep(10_000) }
        }
        watchers = []
        LibUSB.exit(context)
        threadID.store(0, ordering: .relaxed)
        isOver.signal()
    }

    private func prepareThread() {
        threadID.store(UInt(pthread_self()), ordering: .relaxed)
        // For those who look at threads.
        if let file = fopen("/proc/thread-self/comm", "w") {
            fputs("usb-events", file)
            fclose(file)
        }
        var signals = sigset_t()
        sigfillset(&signals)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        // Above all that is not real-time; the lowest quarter leaves room for the kernel's own threads (ours).
        var parameters = sched_param(sched_priority: 20)
        realTime.store(pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0, ordering: .relaxed)
    }

    /// - Returns: whether the thread is to end.
    private func carryOutOrders() -> Bool {
        guard hasNews.exchange(false, ordering: .acquiring) else { return false }
        state.withLock { swap(&$0.orders, &current) }
        for order in current { order.carryOut() }
        current.removeAll(keepingCapacity: true)
        return state.withLock { state in
            state.isFinished =
                state.isStopping && state.visitors == 0 && state.handles.isEmpty && state.orders.isEmpty
            return state.isFinished
        }
    }

    /// A device has come or gone.
    func changed(_ change: USBChange) {
        switch change {
        case .arrived(let description):
            let place = USBPlace(bus: description.bus, address: description.address)
            if present.updateValue(description, forKey: place) == description { return }
        case .left(let bus, let address):
            if present.removeValue(forKey: USBPlace(bus: bus, address: address)) == nil { return }
        }
        watchers.removeAll(where: \.isCancelled)
        for watcher in watchers { watcher.tell(change) }
    }

    /// Tells a new watcher of what is there, and from now on of what changes.
    func welcome(_ watcher: USBWatcher) {
        watchers.removeAll(where: \.isCancelled)
        watchers.append(watcher)
        for description in present.values.sorted(by: { ($0.bus, $0.address) < ($1.bus, $1.address) }) {
            watcher.tell(.arrived(description))
        }
    }
}

/// Where a device is plugged in, until it is plugged in again.
struct USBPlace: Hashable, Sendable {
    var bus: UInt8
    var address: UInt8
}
