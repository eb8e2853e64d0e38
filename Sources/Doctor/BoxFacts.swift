package import SDR
package import USBTransport

/// A box that we know on the USB bus, and what the kernel says about it.
package struct BoxFacts: Hashable, Sendable {
    /// Whether this process may have it.
    package enum Access: Hashable, Sendable {
        case open
        case noPermission
        /// Another program has it, or a driver of the kernel.
        case busy
        case failed(USBError)
    }

    package var device: USBDescription
    package var model: BoxModel
    package var access: Access
    /// What it says of its firmware; nil where it says nothing, or was not asked.
    package var firmware: String?
    /// How the kernel names its place, as in "1-2.4": bus, then the port of each hub on the way; nil: not known.
    package var path: String?
    /// Megabit per second: 480 is high speed; nil: not known.
    package var speedMegabits: Double?
    /// The driver of the kernel that has the interface with the samples; nil: none, or not known.
    package var kernelDriver: String?

    package init(device: USBDescription, model: BoxModel, access: Access) {
        self.device = device
        self.model = model
        self.access = access
    }

    /// "HackRF One at bus 001 device 004".
    package var place: String { "\(model.name) at \(device.place)" }

    /// bcdDevice as a version, "1.06": for a HackRF the version of its API.
    package var release: String { device.releaseText }

    /// How udev/70-aiot-reader.rules names it, and with it the instance of the service: "hackrf-SERIAL".
    package var instance: String? {
        guard let serial = device.serial, !serial.isEmpty else { return nil }
        let kept = serial.unicodeScalars.map { scalar -> Character in
            let isKept = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            return isKept || "#+-.:=@_".unicodeScalars.contains(scalar) ? Character(scalar) : "_"
        }
        return "\(Self.names[model.kind, default: ""])-\(String(kept))"
    }

    private static let names: [BoxKind: String] = [.hackRF: "hackrf", .pluto: "pluto", .rtlSDR: "rtlsdr"]
}
