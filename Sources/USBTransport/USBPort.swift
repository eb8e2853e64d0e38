/// An opened USB device, as a driver sees it; `LibUSBPort` is the real one, tests have a scripted one.
///
/// Calls may come from any thread but the event thread, where all but `close` are refused (`invalidParameter`): they
/// would wait for themselves. Calls that wait end with their time-out at the latest; what waits when the port is closed
/// fails with `interrupted`. An endpoint that has stalled is set going again by the next transfer or queue.
package protocol USBPort: AnyObject, Sendable {
    var description: USBDescription { get }

    /// Takes an interface, detaching a driver of the kernel where that is allowed.
    func claim(interface: UInt8) throws(USBError)
    /// A control transfer towards the host of at most `length` octets; fewer may come.
    func control(_ setup: USBSetup, length: Int, timeoutMilliseconds: Int) throws(USBError) -> [UInt8]
    /// A control transfer to the device.
    func control(_ setup: USBSetup, sending data: [UInt8], timeoutMilliseconds: Int) throws(USBError)
    /// Blocks until `endpoint` has given `buffer.count` octets, or fewer in a packet that is not full.
    /// - Returns: how many there were, also where the time is over and there were some.
    func bulkRead(_ endpoint: UInt8, into buffer: UnsafeMutableRawBufferPointer, timeoutMilliseconds: Int)
        throws(USBError) -> Int
    /// Blocks until `endpoint` has taken all of `octets`.
    func bulkWrite(_ endpoint: UInt8, _ octets: UnsafeRawBufferPointer, timeoutMilliseconds: Int) throws(USBError)
    /// Starts a queue of asynchronous bulk transfers, and returns when all are in flight; where it throws,
    /// `ended` does not come.
    func startQueue(_ queue: USBQueue) throws(USBError) -> any USBQueueControl
    /// Ends all queues, resets the device and closes: it has to be opened and claimed again.
    func reset() throws(USBError)
    /// Ends all queues, gives back the interfaces and closes, in any state; harmless when repeated. It returns when
    /// all is done, but on the event thread at once.
    func close()
}

/// A queue of bulk transfers that are always in flight, with buffers that are allocated once.
package struct USBQueue: Sendable {
    /// Bit 7 set: towards the host.
    package var endpoint: UInt8
    package var octetsPerTransfer: Int
    /// In flight at once.
    package var transfers: Int
    /// Towards the host: takes the octets of one transfer that has come. To the device: fills the next transfer.
    /// Comes on the event thread, must not block, and returns false to have no more transfers: what is in flight
    /// towards the host is dropped then, what is in flight to the device still goes, without what was just filled.
    package var body: @Sendable (UnsafeMutableRawBufferPointer) -> Bool
    /// Comes once, on the event thread, when no transfer is in flight any more: nil after `cancel`, `close` or where
    /// `body` ended it, else why. A device that was unplugged is `noDevice`.
    package var ended: @Sendable (USBError?) -> Void

    package init(
        endpoint: UInt8, octetsPerTransfer: Int, transfers: Int,
        body: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Bool,
        ended: @escaping @Sendable (USBError?) -> Void
    ) {
        self.endpoint = endpoint
        self.octetsPerTransfer = octetsPerTransfer
        self.transfers = transfers
        self.body = body
        self.ended = ended
    }
}

/// A queue that is running.
package protocol USBQueueControl: AnyObject, Sendable {
    /// Cancels what is in flight and returns when all of it is back and `ended` has been called; on the event thread
    /// it returns at once. Harmless when repeated.
    func cancel()
    /// Octets that have been moved since the start.
    var octets: Int64 { get }
}
