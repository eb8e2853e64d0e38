/// The USB devices of this machine; `USBContext` is the real one, tests have a scripted one.
package protocol USBBus: AnyObject, Sendable {
    /// What is there now; strings are known of devices that may be opened.
    func devices() -> [USBDescription]
    func open(bus: UInt8, address: UInt8) throws(USBError) -> any USBPort
    /// Tells of devices that come and go, after those that are there already, until the watch is cancelled.
    ///
    /// Calls come on the event thread, must not block, and must not open a device. Whoever holds a lock that a call
    /// takes must not cancel the watch meanwhile.
    func watch(_ change: @escaping @Sendable (USBChange) -> Void) -> any USBWatch
}

/// A device has come or gone.
package enum USBChange: Hashable, Sendable {
    /// Its strings are not known yet.
    case arrived(USBDescription)
    case left(bus: UInt8, address: UInt8)
}

package protocol USBWatch: AnyObject, Sendable {
    /// No call comes when it has returned. Harmless when repeated.
    func cancel()
}
