import Synchronization

/// A device that libusb has opened.
///
/// Whatever waits (all but `close`) is refused on the event thread, where it would wait for itself. A port keeps its
/// context; it is closed when it is let go of.
package final class LibUSBPort: USBPort {
    package let description: USBDescription
    private let context: USBContext
    private let handle: USBHandle
    /// Transfers that no thread waits for just now.
    private let spare = Mutex<[BlockingTransfer]>([])

    /// Reads the strings of `found`, as far as the device gives them.
    init(_ context: USBContext, _ handle: USBHandle, _ found: LibUSB.Found) {
        self.context = context
        self.handle = handle
        description = found.named(by: handle)
    }

    deinit {
        // They hold on to the device, and so must not outlive the context.
        spare.withLock { $0 = [] }
        handle.requestClose()
    }

    package func claim(interface: UInt8) throws(USBError) {
        let operation = "claiming interface \(interface)"
        try refuseEventThread(operation)
        let failure: USBError.Kind?? = handle.call { LibUSB.claim($0, interface) }
        guard let failure else { throw error(.interrupted, operation) }
        if let failure { throw error(failure, operation) }
        handle.claimed(interface)
    }

    package func control(_ setup: USBSetup, length: Int, timeoutMilliseconds: Int) throws(USBError) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: max(0, length))
        let count = try control(setup, &octets, timeoutMilliseconds)
        return Array(octets.prefix(count))
    }

    package func control(_ setup: USBSetup, sending data: [UInt8], timeoutMilliseconds: Int) throws(USBError) {
        var octets = data
        guard try control(setup, &octets, timeoutMilliseconds) == data.count else {
            throw error(.inputOutput, setup.title + ", of which not all went out")
        }
    }

    package func bulkRead(
        _ endpoint: UInt8, into buffer: UnsafeMutableRawBufferPointer, timeoutMilliseconds: Int
    ) throws(USBError) -> Int {
        let (outcome, moved) = try perform(
            .bulk, endpoint, buffer, timeoutMilliseconds, "reading from endpoint \(hex(endpoint))")
        // What has come within the time is not to be lost.
        if case .failed(.timedOut) = outcome, moved > 0 { return moved }
        try check(outcome, "reading from endpoint \(hex(endpoint))")
        return moved
    }

    package func bulkWrite(
        _ endpoint: UInt8, _ octets: UnsafeRawBufferPointer, timeoutMilliseconds: Int
    ) throws(USBError) {
        // Made where it is told: a stream of blocks passes here.
        func operation() -> String { "writing to endpoint \(hex(endpoint))" }
        let (outcome, moved) = try perform(
            .bulk, endpoint, UnsafeMutableRawBufferPointer(mutating: octets), timeoutMilliseconds, operation())
        try check(outcome, operation())
        guard moved == octets.count else { throw error(.inputOutput, operation() + ", of which not all went out") }
    }

    package func startQueue(_ queue: USBQueue) throws(USBError) -> any USBQueueControl {
        let operation = "streaming on endpoint \(hex(queue.endpoint))"
        try refuseEventThread(operation)
        guard Self.queueLengths.contains(queue.transfers), Self.transferLengths.contains(queue.octetsPerTransfer) else {
            throw error(.invalidParameter, operation)
        }
        handle.clearHalt(queue.endpoint)
        let title = "\(operation) of \(description.title)"
        let started: Result<USBTransferQueue, USBError>? = handle.call { _ in
            guard let made = USBTransferQueue(handle, queue, title: title) else {
                return .failure(USBError(.noMemory, title))
            }
            return made.start().map { .failure(USBError($0, title)) } ?? .success(made)
        }
        guard let started else { throw error(.interrupted, operation) }
        return try started.get()
    }

    package func reset() throws(USBError) {
        try refuseEventThread("resetting")
        // Not found: the device has come back as another one, or with other descriptors.
        if let failure = handle.resetAndClose(), failure != .notFound { throw error(failure, "resetting") }
    }

    /// On the event thread it returns at once, and the device is closed soon.
    package func close() { handle.close() }

    // MARK: what all have in common

    private func control(_ setup: USBSetup, _ data: inout [UInt8], _ timeoutMilliseconds: Int) throws(USBError) -> Int {
        guard data.count <= Int(UInt16.max) else { throw error(.invalidParameter, setup.title) }
        var octets = setup.octets(length: UInt16(data.count)) + data
        let result = octets.withUnsafeMutableBytes { octets in
            Result { () throws(USBError) in
                try perform(.control, 0, octets, timeoutMilliseconds, setup.title)
            }
        }
        let (outcome, moved) = try result.get()
        try check(outcome, setup.title)
        data.replaceSubrange(0..<data.count, with: octets.dropFirst(8))
        return moved
    }

    private func perform(
        _ type: LibUSB.TransferType, _ endpoint: UInt8, _ octets: UnsafeMutableRawBufferPointer,
        _ timeoutMilliseconds: Int, _ operation: @autoclosure () -> String
    ) throws(USBError) -> (outcome: TransferOutcome, moved: Int) {
        try refuseEventThread(operation())
        guard let transfer = spare.withLock({ $0.popLast() }) ?? BlockingTransfer(handle) else {
            throw error(.noMemory, operation())
        }
        defer { spare.withLock { $0.append(transfer) } }
        handle.clearHalt(endpoint)
        let result = transfer.perform(type, endpoint: endpoint, octets, timeoutMilliseconds: timeoutMilliseconds)
        // The halt of endpoint 0 ends with the next request by itself (USB 2.0, 8.5.3.4).
        if type == .bulk && result.outcome == .failed(.stalled) { handle.stalled(endpoint) }
        return result
    }

    private func check(_ outcome: TransferOutcome, _ operation: @autoclosure () -> String) throws(USBError) {
        switch outcome {
        case .moved: break
        case .cancelled: throw error(.interrupted, operation())
        case .failed(let kind): throw error(kind, operation())
        }
    }

    private func refuseEventThread(_ operation: @autoclosure () -> String) throws(USBError) {
        if handle.loop.isCurrent { throw error(.invalidParameter, operation() + " on the event thread") }
    }

    private func error(_ kind: USBError.Kind, _ operation: String) -> USBError {
        USBError(kind, "\(operation) of \(description.title)")
    }

    /// *Ours.*
    private static let queueLengths = 1...1_024
    private static let transferLengths = 1...(16 << 20)
}

/// As in "0x81".
private func hex(_ octet: UInt8) -> String { "0x" + String(octet, radix: 16) }
