import Synchronization
import USBTransport

/// A bus whose devices a test plugs in and unplugs.
final class ScriptedBus: USBBus {
    private final class Watch: USBWatch {
        let bus: ScriptedBus
        init(_ bus: ScriptedBus) { self.bus = bus }
        func cancel() { bus.state.withLock { $0.watch = nil } }
    }

    struct State {
        var plugged: [(description: USBDescription, device: any ScriptedDevice)] = []
        var watch: (@Sendable (USBChange) -> Void)?
        /// All that were opened, in this order.
        var ports: [ScriptedPort] = []
        /// The addresses of those that were asked for their names last.
        var wanted: [UInt8] = []
        var openFailure: USBError.Kind?
        /// For the next port: how many calls succeed.
        var callsThatSucceed: Int?
        var callFailure = USBError.Kind.noDevice
    }

    let state = Mutex(State())

    func plug(_ description: USBDescription, _ device: any ScriptedDevice) {
        state.withLock { $0.plugged.append((description, device)) }
        state.withLock { $0.watch }?(.arrived(description))
    }

    func unplug(bus: UInt8, address: UInt8) {
        let (watch, ports) = state.withLock { state in
            state.plugged.removeAll { $0.description.bus == bus && $0.description.address == address }
            return (state.watch, state.ports)
        }
        for port in ports where port.description.bus == bus && port.description.address == address {
            port.fail(.noDevice)
        }
        watch?(.left(bus: bus, address: address))
    }

    /// The port that was opened last.
    var port: ScriptedPort? { state.withLock { $0.ports.last } }
    var openPorts: Int { state.withLock { $0.ports }.filter(\.isOpen).count }
    var isWatched: Bool { state.withLock { $0.watch != nil } }

    func devices(_ isWanted: (USBDescription) -> Bool) -> [USBDescription] {
        let found = state.withLock { $0.plugged.map(\.description) }.filter(isWanted)
        state.withLock { $0.wanted = found.map(\.address) }
        return found
    }

    func open(bus: UInt8, address: UInt8) throws(USBError) -> any USBPort {
        let port: ScriptedPort? = try state.withLock { (state) throws(USBError) in
            if let failure = state.openFailure { throw USBError(failure, "opening \(bus):\(address)") }
            guard
                let found = state.plugged.first(where: {
                    $0.description.bus == bus && $0.description.address == address
                })
            else { return nil }
            let port = ScriptedPort(found.description, found.device, callsThatSucceed: state.callsThatSucceed)
            port.state.withLock { $0.failure = state.callFailure }
            state.ports.append(port)
            return port
        }
        guard let port else { throw USBError(.noDevice, "opening \(bus):\(address)") }
        return port
    }

    func watch(_ change: @escaping @Sendable (USBChange) -> Void) -> any USBWatch {
        state.withLock { $0.watch = change }
        for device in devices() { change(.arrived(device)) }
        return Watch(self)
    }
}
