import Synchronization

/// A queue of bulk transfers on the event thread, which alone has its state: no lock is in the way of samples.
final class USBTransferQueue: USBQueueControl, USBOrder, USBOperation, USBTransferOwner, @unchecked Sendable {
    private enum Stage {
        case new
        case starting
        case started
    }

    private let handle: USBHandle
    private let title: String
    private let endpoint: UInt8
    private let isTowardsHost: Bool
    private let moved = Atomic<Int64>(0)
    private let isCancelled = Atomic(false)
    private let hasStarted = Semaphore()
    private let hasEnded = Semaphore()
    // Of the event thread alone; `startFailure` until `hasStarted`.
    private var stage = Stage.new
    private var state: QueueState
    private var slots: [(transfer: USBTransfer, buffer: USBBuffer)]
    private var body: (@Sendable (UnsafeMutableRawBufferPointer) -> Bool)?
    private var ended: (@Sendable (USBError?) -> Void)?
    private var startFailure: USBError.Kind?

    /// Allocates everything; nil where there is no memory. `start` has to follow, which sees to it that it is freed.
    init?(_ handle: USBHandle, _ queue: USBQueue, title: String) {
        var slots: [(transfer: USBTransfer, buffer: USBBuffer)] = []
        for _ in 0..<queue.transfers {
            guard let transfer = USBTransfer(index: slots.count),
                let buffer = USBBuffer(handle.raw, length: queue.octetsPerTransfer)
            else {
                for slot in slots { slot.buffer.free(handle.raw) }
                return nil
            }
            transfer.prepare(handle.raw, .bulk, endpoint: queue.endpoint, buffer.octets, timeoutMilliseconds: 0)
            slots.append((transfer, buffer))
        }
        self.handle = handle
        self.title = title
        self.slots = slots
        endpoint = queue.endpoint
        isTowardsHost = queue.endpoint & 0x80 != 0
        state = QueueState(isTowardsHost: isTowardsHost)
        body = queue.body
        ended = queue.ended
    }

    var octets: Int64 { moved.load(ordering: .relaxed) }

    /// Blocks until all transfers are in flight; not for the event thread.
    /// - Returns: why there is no queue; `ended` does not come then.
    func start() -> USBError.Kind? {
        guard handle.loop.post(self) else {
            free()
            return .interrupted
        }
        hasStarted.wait()
        return startFailure
    }

    func cancel() {
        isCancelled.store(true, ordering: .releasing)
        if handle.loop.post(self) && handle.loop.isCurrent { return }
        hasEnded.pass()
    }

    // MARK: on the event thread

    func carryOut() {
        if stage == .new {
            begin()
        } else if isCancelled.load(ordering: .acquiring) {
            advance(.cancelled)
        }
    }

    func cancelTransfers() { advance(.cancelled) }

    func returned(_ transfer: USBTransfer) {
        let octets = transfer.moved
        moved.wrappingAdd(Int64(octets), ordering: .relaxed)
        let slot = slots[transfer.index]
        let isShort = !isTowardsHost && octets < slot.buffer.octets.count
        let outcome = transfer.outcome
        guard advance(.returned(outcome == .moved && isShort ? .failed(.inputOutput) : outcome)) else { return }
        if isTowardsHost && octets > 0 && body?(.init(rebasing: slot.buffer.octets[..<octets])) != true {
            advance(.bodyEnded)
        } else {
            submit(slot)
        }
    }

    private func begin() {
        stage = .starting
        handle.add(self)
        if handle.isEnding { advance(.refused(.interrupted)) }
        for slot in slots where state.isRunning { submit(slot) }
        // Else `end` tells of the start, when what is in flight is back.
        guard state.failure == nil && !state.hasEnded else { return }
        stage = .started
        hasStarted.signal()
    }

    /// Fills the transfer if it goes to the device, and hands it over.
    private func submit(_ slot: (transfer: USBTransfer, buffer: USBBuffer)) {
        if !isTowardsHost && body?(slot.buffer.octets) != true {
            advance(.bodyEnded)
        } else if let failure = slot.transfer.submit(for: self) {
            advance(.refused(failure))
        } else {
            advance(.submitted)
        }
    }

    /// - Returns: whether the transfer that is back goes on.
    @discardableResult
    private func advance(_ event: QueueState.Event) -> Bool {
        let step = state.advance(event)
        if step.cancelsRest {
            // The last first, so that a device does not get what comes behind a gap.
            for slot in slots.reversed() { slot.transfer.cancel() }
        }
        if step.ends { end() }
        return step.proceeds
    }

    private func end() {
        free()
        if state.failure == .stalled { handle.stalled(endpoint) }
        let ended = ended
        body = nil
        self.ended = nil
        if stage == .starting && state.failure != nil {
            startFailure = state.failure
        } else {
            ended?(state.failure.map { USBError($0, title) })
        }
        if stage == .starting { hasStarted.signal() }
        stage = .started
        handle.remove(self)
        hasEnded.signal()
    }

    private func free() {
        for slot in slots { slot.buffer.free(handle.raw) }
        slots = []
    }
}
