/// What went wrong with a USB device; the text says why and what to do.
package struct USBError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable, CaseIterable {
        case noPermission
        case busy
        /// It is not there, or not any more.
        case noDevice
        /// The device has no such interface or endpoint, or it is not claimed.
        case notFound
        /// The endpoint refused the transfer.
        case stalled
        /// The device did not answer in time.
        case timedOut
        /// The device sent more than was asked for.
        case overflow
        /// The kernel has no memory for transfers: mostly its limit for all of them together.
        case noMemory
        /// The port was closed or reset meanwhile.
        case interrupted
        case notSupported
        /// A fault of the program, such as a call that waits on the event thread.
        case invalidParameter
        /// USB itself failed: cable, hub, electric.
        case inputOutput
        case other
    }

    package var kind: Kind
    /// What was being done, and to which device, as in "opening HackRF One at bus 001 device 004".
    package var operation: String

    package init(_ kind: Kind, _ operation: String) {
        self.kind = kind
        self.operation = operation
    }

    package var description: String { "\(operation): \(kind.cause); \(kind.remedy)" }
}
