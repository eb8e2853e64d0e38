import SDR
package import USBTransport

/// Boxes as the bus and the kernel's files show them.
extension BoxFacts {
    /// Every box that we know on `bus`; each is opened for a moment, and asked for the version of its firmware.
    package static func all(on bus: any USBBus, _ tree: SystemTree) -> [BoxFacts] {
        let known = bus.devices { BoxCatalogue.model(of: $0) != nil }.compactMap { device in
            BoxCatalogue.model(of: device).map { BoxFacts(device: device, model: $0, access: .open) }
        }
        return known.sorted { ($0.device.bus, $0.device.address) < ($1.device.bus, $1.device.address) }.map { box in
            var box = box
            box.look(at: tree)
            box.probe(bus)
            return box
        }
    }

    /// The interface with the samples.
    private var interface: UInt8 {
        model.kind == .pluto ? device.interfaces.first { $0.name == "IIO" }?.number ?? 0 : 0
    }

    /// Takes what sysfs has on it.
    private mutating func look(at tree: SystemTree) {
        let devices = "sys/bus/usb/devices"
        let names = tree.names(in: devices)
        let name = names.first { name in
            !name.contains(":") && tree.int("\(devices)/\(name)/busnum") == Int(device.bus)
                && tree.int("\(devices)/\(name)/devnum") == Int(device.address)
        }
        guard let name else { return }
        path = name
        speedMegabits = tree.text("\(devices)/\(name)/speed").flatMap { Double($0) }.flatMap {
            (0...1_000_000).contains($0) ? $0 : nil
        }
        // Without a permission USB tells no strings, but the kernel has read them.
        device.serial = device.serial ?? tree.text("\(devices)/\(name)/serial")
        for entry in names where entry.hasPrefix("\(name):") {
            let place = "\(devices)/\(entry)"
            guard let driver = tree.linked("\(place)/driver") else { continue }
            let isOurs =
                model.kind == .pluto
                ? tree.text("\(place)/interface") == "IIO" : entry.hasSuffix(".\(interface)")
            if isOurs { kernelDriver = driver }
        }
    }

    /// Opens it, and asks what only an open box tells; leaves one alone that another program or a driver has.
    private mutating func probe(_ bus: any USBBus) {
        do {
            let port = try bus.open(bus: device.bus, address: device.address)
            defer { port.close() }
            guard kernelDriver == nil else {
                access = .busy
                return
            }
            try port.claim(interface: interface)
            firmware = firmwareVersion(port)
        } catch {
            access =
                switch error.kind {
                case .noPermission: .noPermission
                case .busy: .busy
                default: .failed(error)
                }
        }
    }

    /// A HackRF tells its version (`spec/6`, request 15); no other box does in one request.
    private func firmwareVersion(_ port: any USBPort) -> String? {
        guard model.kind == .hackRF, model.remedy == nil else { return nil }
        let version = try? port.control(
            USBSetup(requestType: 0xC0, request: 15), length: 255, timeoutMilliseconds: 500)
        return version.map { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
