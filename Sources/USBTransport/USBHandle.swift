import Synchronization

/// Something on a device that has transfers in flight; the event thread's alone.
protocol USBOperation: AnyObject {
    /// Asks for what is in flight to come back soon.
    func cancelTransfers()
}

/// An open device: it is closed on the event thread, when nothing is in flight and nobody is in a call any more.
final class USBHandle: USBOrder, @unchecked Sendable {
    private struct State {
        /// Threads in a call that uses the handle.
        var calls = 0
        var isClosing = false
        var claimed: [UInt8] = []
        /// Endpoints that refuse everything until their halt is cleared.
        var halted: Set<UInt8> = []
    }

    let loop: USBEventLoop
    let raw: LibUSB.Handle
    private let state = Mutex(State())
    private let isQuiet = Semaphore()
    private let isClosed = Semaphore()
    // Of the event thread alone.
    private var operations: [any USBOperation] = []
    private var hasBeenQuiet = false
    private var hasClosed = false
    /// Nothing may be submitted any more.
    private(set) var isEnding = false

    init(_ loop: USBEventLoop, _ raw: LibUSB.Handle) {
        self.loop = loop
        self.raw = raw
    }

    // MARK: from any thread

    /// Does `body`, and keeps the handle open meanwhile.
    /// - Returns: nil where it is being closed.
    func call<Value>(_ body: (LibUSB.Handle) -> Value) -> Value? {
        let isOpen = state.withLock { state in
            if !state.isClosing { state.calls += 1 }
            return !state.isClosing
        }
        guard isOpen else { return nil }
        defer {
            let isClosing = state.withLock { state in
                state.calls -= 1
                return state.isClosing
            }
            if isClosing { loop.post(self) }
        }
        return body(raw)
    }

    /// Remembers an interface that is to be given back.
    func claimed(_ interface: UInt8) {
        state.withLock { state in
            if !state.claimed.contains(interface) { state.claimed.append(interface) }
        }
    }

    /// Remembers that an endpoint is halted.
    func stalled(_ endpoint: UInt8) { _ = state.withLock { $0.halted.insert(endpoint) } }

    /// Sets an endpoint going that has stalled; blocks, so it is not for the event thread.
    func clearHalt(_ endpoint: UInt8) {
        guard state.withLock({ $0.halted.remove(endpoint) }) != nil else { return }
        if call({ LibUSB.clearHalt($0, endpoint) == nil }) == false { stalled(endpoint) }
    }

    func requestClose() {
        state.withLock { $0.isClosing = true }
        loop.post(self)
    }

    /// Returns when the device is closed; on the event thread at once.
    func close() {
        requestClose()
        if !loop.isCurrent { isClosed.pass() }
    }

    /// Ends all transfers, then resets the device, then closes.
    /// - Returns: why there was no reset.
    func resetAndClose() -> USBError.Kind? {
        let failure: USBError.Kind?? = call { raw in
            requestClose()
            isQuiet.pass()
            return LibUSB.reset(raw)
        }
        close()
        return failure ?? .interrupted
    }

    // MARK: on the event thread

    func add(_ operation: any USBOperation) { operations.append(operation) }

    func remove(_ operation: any USBOperation) {
        operations.removeAll { $0 === operation }
        if isEnding && operations.isEmpty { loop.post(self) }
    }

    /// Goes on with closing, as far as that is possible now.
    func carryOut() {
        guard !hasClosed else { return }
        if !isEnding {
            isEnding = true
            for operation in operations { operation.cancelTransfers() }
        }
        guard operations.isEmpty else { return }
        if !hasBeenQuiet {
            hasBeenQuiet = true
            isQuiet.signal()
        }
        let (calls, claimed) = state.withLock { ($0.calls, $0.claimed) }
        guard calls == 0 else { return }
        hasClosed = true
        for interface in claimed.reversed() { LibUSB.release(raw, interface) }
        LibUSB.close(raw)
        loop.remove(self)
        isClosed.signal()
    }
}
