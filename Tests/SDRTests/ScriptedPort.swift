import Synchronization
import USBTransport

/// What answers behind a scripted port.
protocol ScriptedDevice: Sendable {
    func takes(_ setup: USBSetup, _ data: [UInt8]) throws(USBError)
    func answer(to setup: USBSetup, length: Int) throws(USBError) -> [UInt8]
    func takes(_ octets: [UInt8], from endpoint: UInt8) throws(USBError)
    /// At most `limit` octets; nil: it has nothing to say, and the transfer would time out.
    func gives(to endpoint: UInt8, limit: Int) throws(USBError) -> [UInt8]?
}

/// A port that writes down what is asked of it, and fails when a test wants it to.
final class ScriptedPort: USBPort {
    enum Call: Hashable, Sendable {
        case claim(UInt8)
        case toDevice(USBSetup, [UInt8])
        case fromDevice(USBSetup, Int)
        case write(UInt8, [UInt8])
        case read(UInt8)
        case queue(endpoint: UInt8, octets: Int, transfers: Int)
        case cancel
        case reset
        case close
    }

    struct State {
        var calls: [Call] = []
        var callsThatSucceed: Int?
        var failure = USBError.Kind.noDevice
        var isOpen = true
        var queue: ScriptedQueue?
    }

    let description: USBDescription
    private let device: any ScriptedDevice
    let state: Mutex<State>

    init(_ description: USBDescription, _ device: any ScriptedDevice, callsThatSucceed: Int?) {
        self.description = description
        self.device = device
        state = Mutex(State(callsThatSucceed: callsThatSucceed))
    }

    /// What was asked, but for reads, which depend on how the octets come.
    var calls: [Call] {
        state.withLock { $0.calls.filter { if case .read = $0 { false } else { true } } }
    }
    var isOpen: Bool { state.withLock { $0.isOpen } }
    var queue: ScriptedQueue? { state.withLock { $0.queue } }

    /// From now on every call fails.
    func fail(_ kind: USBError.Kind) {
        state.withLock { state in
            state.callsThatSucceed = 0
            state.failure = kind
        }
        queue?.end(USBError(kind, "transferring"))
    }

    private func begin(_ call: Call) throws(USBError) {
        try state.withLock { (state) throws(USBError) in
            guard state.isOpen else { throw USBError(.other, "a call of a closed port: \(call)") }
            if let left = state.callsThatSucceed {
                guard left > 0 else { throw USBError(state.failure, "calling \(call)") }
                state.callsThatSucceed = left - 1
            }
            state.calls.append(call)
        }
    }

    func claim(interface: UInt8) throws(USBError) { try begin(.claim(interface)) }

    func control(_ setup: USBSetup, length: Int, timeoutMilliseconds: Int) throws(USBError) -> [UInt8] {
        try begin(.fromDevice(setup, length))
        return try device.answer(to: setup, length: length)
    }

    func control(_ setup: USBSetup, sending data: [UInt8], timeoutMilliseconds: Int) throws(USBError) {
        try begin(.toDevice(setup, data))
        try device.takes(setup, data)
    }

    func bulkRead(
        _ endpoint: UInt8, into buffer: UnsafeMutableRawBufferPointer, timeoutMilliseconds: Int
    ) throws(USBError) -> Int {
        try begin(.read(endpoint))
        guard let octets = try device.gives(to: endpoint, limit: buffer.count) else {
            throw USBError(.timedOut, "reading")
        }
        buffer.copyBytes(from: octets)
        return octets.count
    }

    func bulkWrite(_ endpoint: UInt8, _ octets: UnsafeRawBufferPointer, timeoutMilliseconds: Int) throws(USBError) {
        try begin(.write(endpoint, Array(octets)))
        try device.takes(Array(octets), from: endpoint)
    }

    func startQueue(_ queue: USBQueue) throws(USBError) -> any USBQueueControl {
        try begin(.queue(endpoint: queue.endpoint, octets: queue.octetsPerTransfer, transfers: queue.transfers))
        let running = ScriptedQueue(queue) { [weak self] in self?.state.withLock { $0.calls.append(.cancel) } }
        state.withLock { $0.queue = running }
        return running
    }

    func reset() throws(USBError) { try begin(.reset) }

    func close() {
        state.withLock { state in
            if state.isOpen { state.calls.append(.close) }
            state.isOpen = false
        }
    }
}

/// A queue whose transfers a test moves.
final class ScriptedQueue: USBQueueControl {
    private let queue: USBQueue
    private let cancelled: @Sendable () -> Void
    private let state = Mutex((isRunning: true, octets: Int64(0)))

    init(_ queue: USBQueue, cancelled: @escaping @Sendable () -> Void) {
        self.queue = queue
        self.cancelled = cancelled
    }

    /// Moves one transfer: `octets` come, or the transfer as it is goes out.
    /// - Returns: what was in it; nil when the queue has ended.
    @discardableResult
    func move(_ octets: [UInt8]? = nil) -> [UInt8]? {
        guard state.withLock({ $0.isRunning }) else { return nil }
        var buffer = octets ?? [UInt8](repeating: 0, count: queue.octetsPerTransfer)
        let goesOn = buffer.withUnsafeMutableBytes { queue.body($0) }
        state.withLock { $0.octets += Int64(buffer.count) }
        if !goesOn { end(nil) }
        return buffer
    }

    func end(_ error: USBError?) {
        let wasRunning = state.withLock { state in
            defer { state.isRunning = false }
            return state.isRunning
        }
        if wasRunning { queue.ended(error) }
    }

    func cancel() {
        cancelled()
        end(nil)
    }

    var octets: Int64 { state.withLock { $0.octets } }
}
