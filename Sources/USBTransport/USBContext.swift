/// libusb with an event thread of its own: the real `USBBus`.
///
/// It ends with `close`, or when it and its ports are let go of, in any state: ports are closed and queues ended first.
package final class USBContext: USBBus {
    private let loop: USBEventLoop

    package init() throws(USBError) { loop = try USBEventLoop() }

    deinit { loop.stop() }

    /// Whether the event thread has real-time priority (SCHED_FIFO); where it is not permitted samples may be late on a
    /// busy machine. The remedy is `LimitRTPRIO=20` in the unit of the service, or `CAP_SYS_NICE`.
    package var hasRealTimePriority: Bool { loop.hasRealTimePriority }

    /// Opens each device that is wanted, and no hub, for a moment, to read its strings. Empty on the event thread, and
    /// after `close`.
    package func devices(_ isWanted: (USBDescription) -> Bool) -> [USBDescription] {
        guard !loop.isCurrent, loop.enter() else { return [] }
        let found = LibUSB.devices(loop.context)
        loop.leave()
        return found.filter { isWanted($0.description) }.map { device in
            var description = device.description
            guard !device.isHub else { return description }
            do throws(USBError) {
                let port = try openPort(description.bus, description.address)
                defer { port.close() }
                return port.description
            } catch {
                description.unread = error
                return description
            }
        }.sorted { ($0.bus, $0.address) < ($1.bus, $1.address) }
    }

    package func open(bus: UInt8, address: UInt8) throws(USBError) -> any USBPort { try openPort(bus, address) }

    package func watch(_ change: @escaping @Sendable (USBChange) -> Void) -> any USBWatch {
        let watcher = USBWatcher(loop, change)
        loop.post(watcher)
        return watcher
    }

    /// Closes all ports and ends the event thread; on that thread it returns at once. Harmless when repeated.
    package func close() { loop.stop() }

    private func openPort(_ bus: UInt8, _ address: UInt8) throws(USBError) -> LibUSBPort {
        let operation = "opening bus \(bus) device \(address)"
        guard !loop.isCurrent else { throw USBError(.invalidParameter, operation + " on the event thread") }
        guard loop.enter() else { throw USBError(.interrupted, operation) }
        let opened = LibUSB.open(loop.context, bus: bus, address: address).map { raw, found in
            let handle = USBHandle(loop, raw)
            loop.add(handle)
            return (handle, found)
        }
        loop.leave()
        let (handle, found) = try opened.get()
        return LibUSBPort(self, handle, found)
    }
}
