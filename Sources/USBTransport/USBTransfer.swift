/// One transfer, allocated once and submitted again and again; the event thread's alone once it is in use.
final class USBTransfer {
    /// Which of its queue.
    let index: Int
    private let raw: LibUSB.RawTransfer
    /// Set while in flight, so that nothing that a transfer completes into can go before it.
    private var owner: (any USBTransferOwner)?

    /// Nil where there is no memory.
    init?(index: Int = 0) {
        guard let raw = LibUSB.makeTransfer() else { return nil }
        self.index = index
        self.raw = raw
    }

    // In flight it is held by libusb, see `LibUSB.submit`.
    deinit { LibUSB.free(raw) }

    var isInFlight: Bool { owner != nil }
    var outcome: TransferOutcome { LibUSB.outcome(raw) }
    /// Octets that were moved, without the setup of a control transfer.
    var moved: Int { LibUSB.moved(raw) }

    /// - Parameters:
    ///   - octets: for a control transfer the setup comes first.
    ///   - timeoutMilliseconds: 0 is without limit.
    func prepare(
        _ handle: LibUSB.Handle, _ type: LibUSB.TransferType, endpoint: UInt8,
        _ octets: UnsafeMutableRawBufferPointer, timeoutMilliseconds: Int
    ) {
        LibUSB.prepare(raw, handle, type, endpoint: endpoint, octets, timeoutMilliseconds: timeoutMilliseconds)
    }

    func submit(for owner: any USBTransferOwner) -> USBError.Kind? {
        self.owner = owner
        let failure = LibUSB.submit(raw, for: self)
        if failure != nil { self.owner = nil }
        return failure
    }

    func cancel() { if isInFlight { LibUSB.cancel(raw) } }

    func returned() {
        let owner = owner
        self.owner = nil
        owner?.returned(self)
    }
}

/// What a transfer comes back to, on the event thread.
protocol USBTransferOwner: AnyObject {
    func returned(_ transfer: USBTransfer)
}
