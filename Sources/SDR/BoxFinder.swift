import Transceiver
import USBTransport

/// Finds the box that the settings mean among the USB devices that are there.
struct BoxFinder: Sendable {
    let bus: any USBBus
    let kind: BoxKind
    let selection: BoxSettings.Selection

    /// Opens the box.
    func open() throws(TransceiverFailure) -> any USBPort {
        // Others are none of our business: opening them would wake them up, and wait for those that do not answer.
        let device = try choose(from: bus.devices { BoxCatalogue.model(of: $0)?.kind == kind })
        return try telling { () throws(USBError) in try bus.open(bus: device.bus, address: device.address) }
    }

    /// The one of `devices` that is meant; a failure names what is there instead and says what to do.
    func choose(from devices: [USBDescription]) throws(TransceiverFailure) -> USBDescription {
        let boxes = devices.filter { BoxCatalogue.kind(of: $0) == kind }
        guard !boxes.isEmpty else { throw absence(among: devices) }
        switch selection {
        case .only:
            guard boxes.count == 1 else {
                throw TransceiverFailure(
                    .unsupported,
                    "\(boxes.count) boxes of kind \(kind.rawValue) are there, \(list(boxes)): say which one in serial")
            }
            return boxes[0]
        case .address(let bus, let address):
            guard let box = boxes.first(where: { $0.bus == bus && $0.address == address }) else {
                throw TransceiverFailure(
                    .absent,
                    "no \(kind.rawValue) at that bus and device, but \(list(boxes)): correct address, or plug it in")
            }
            return box
        case .serial(let end): return try choose(serial: end, from: boxes)
        }
    }

    private func choose(serial end: String, from boxes: [USBDescription]) throws(TransceiverFailure) -> USBDescription {
        let found = boxes.filter { $0.serial?.lowercased().hasSuffix(end.lowercased()) == true }
        if found.count == 1 { return found[0] }
        if found.count > 1 {
            throw TransceiverFailure(
                .unsupported, "the serial numbers of \(list(found)) end with \(end): give more of the number in serial")
        }
        if let unread = boxes.filter({ $0.serial == nil }).compactMap(\.unread).first {
            let failure = TransceiverFailure(unread)
            throw TransceiverFailure(
                failure.kind, "no serial number that can be read ends with \(end), of \(list(boxes)): \(failure)")
        }
        throw TransceiverFailure(
            .absent,
            "no \(kind.rawValue) whose serial number ends with \(end), but \(list(boxes)): correct serial, or plug it in"
        )
    }

    private func absence(among devices: [USBDescription]) -> TransceiverFailure {
        for device in devices {
            guard let model = BoxCatalogue.model(of: device), model.kind == kind, let remedy = model.remedy else {
                continue
            }
            return TransceiverFailure(.absent, "\(model.name) at \(device.place): \(remedy)")
        }
        return TransceiverFailure(.absent, "no \(kind.rawValue) on USB: plug it in, and try another cable or port")
    }

    private func list(_ boxes: [USBDescription]) -> String {
        boxes.map { "\($0.serial ?? "serial number unreadable") at \($0.place)" }.joined(separator: ", ")
    }
}
