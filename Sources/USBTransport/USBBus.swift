/// The USB devices of this machine; `USBContext` is the real one, tests have a scripted one.
package protocol USBBus: AnyObject, Sendable {
    /// What is there now and wanted by what its descriptors say, without strings. Of those that are returned strings are
    /// known, or `unread` says why not; others are not opened.
    func devices(_ isWanted: (USBDescription) -> Bool) -> [USBDescription]
    func open(bus: UInt8, address: UInt8) throws(USBError) -> any USBPort
    /// Tells of devices that come and go, after those that are there already, until the watch is cancelled.
    ///
    /// Calls come on the event thread, must not block, and must not open a device. Whoever holds a lock that a call
    /// takes must not cancel the watch meanwhile.
    func watch(_ change: @escaping @Sendable (USBChange) -> Void) -> any USBWatch
}

extension USBBus {
    /// All that is there now.
    package func devices() -> [USBDescription] { devices { _ in true } }
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
