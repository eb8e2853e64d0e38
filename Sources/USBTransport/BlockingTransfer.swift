/// One transfer that a thread waits for.
///
/// libusb's own blocking transfers would let the waiting thread handle events.
final class BlockingTransfer: USBOrder, USBOperation, USBTransferOwner, @unchecked Sendable {
    private let handle: USBHandle
    private let transfer: USBTransfer
    private let isBack = Semaphore()
    // Written by the event thread before `isBack`.
    private var outcome = TransferOutcome.cancelled
    private var moved = 0

    /// Nil where there is no memory.
    init?(_ handle: USBHandle) {
        guard let transfer = USBTransfer() else { return nil }
        self.handle = handle
        self.transfer = transfer
    }

    /// Blocks until the transfer is back, whose memory has to stay until then; not for the event thread.
    func perform(
        _ type: LibUSB.TransferType, endpoint: UInt8, _ octets: UnsafeMutableRawBufferPointer,
        timeoutMilliseconds: Int
    ) -> (outcome: TransferOutcome, moved: Int) {
        transfer.prepare(
            handle.raw, type, endpoint: endpoint, octets, timeoutMilliseconds: max(1, timeoutMilliseconds))
        guard handle.loop.post(self) else { return (.cancelled, 0) }
        isBack.wait()
        return (outcome, moved)
    }

    func carryOut() {
        guard !handle.isEnding else { return finish(.cancelled, moved: 0) }
        if let failure = transfer.submit(for: self) { return finish(.failed(failure), moved: 0) }
        handle.add(self)
    }

    func returned(_ transfer: USBTransfer) {
        handle.remove(self)
        finish(transfer.outcome, moved: transfer.moved)
    }

    func cancelTransfers() { transfer.cancel() }

    private func finish(_ outcome: TransferOutcome, moved: Int) {
        self.outcome = outcome
        self.moved = moved
        isBack.signal()
    }
}
