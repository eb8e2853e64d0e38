/// What a USB device says of itself, and where it is.
package struct USBDescription: Hashable, Sendable {
    package struct Interface: Hashable, Sendable {
        package var number: UInt8
        /// The string of its descriptor; nil where there is none, or the device could not be opened.
        package var name: String?
        /// Addresses of its endpoints in the order of the descriptor; bit 7 set: towards the host.
        package var endpoints: [UInt8]

        package init(number: UInt8, name: String?, endpoints: [UInt8]) {
            self.number = number
            self.name = name
            self.endpoints = endpoints
        }
    }

    package var vendorID: UInt16
    package var productID: UInt16
    package var bus: UInt8
    package var address: UInt8
    /// bcdDevice: the release of the device, binary-coded decimal.
    package var release: UInt16
    package var manufacturer: String?
    package var product: String?
    package var serial: String?
    /// Of its first configuration.
    package var interfaces: [Interface]
    /// Why strings that it should have are not known; nil where all are, or nobody has asked it.
    package var unread: USBError?

    package init(
        vendorID: UInt16, productID: UInt16, bus: UInt8, address: UInt8, release: UInt16, manufacturer: String? = nil,
        product: String? = nil, serial: String? = nil, interfaces: [Interface] = []
    ) {
        self.vendorID = vendorID
        self.productID = productID
        self.bus = bus
        self.address = address
        self.release = release
        self.manufacturer = manufacturer
        self.product = product
        self.serial = serial
        self.interfaces = interfaces
    }

    /// What it is and where, for people: "HackRF One 1234abcd at /dev/bus/usb/001/004".
    package var title: String {
        let (vendor, product) = (vendorID.digits(4, radix: 16), productID.digits(4, radix: 16))
        let name = [self.product ?? "USB device \(vendor):\(product)", serial].compactMap(\.self)
        return "\(name.joined(separator: " ")) at \(node)"
    }

    /// Its file: "/dev/bus/usb/001/004".
    package var node: String { "/dev/bus/usb/\(bus.digits(3))/\(address.digits(3))" }

    /// Where it is plugged in, as `lsusb` writes it: "bus 001 device 004".
    package var place: String { "bus \(bus.digits(3)) device \(address.digits(3))" }

    /// bcdDevice for people: "1.06".
    package var releaseText: String { Self.text(ofRelease: release) }

    package static func text(ofRelease release: UInt16) -> String {
        "\(String(release >> 8, radix: 16)).\((release & 0xFF).digits(2, radix: 16))"
    }
}

extension FixedWidthInteger {
    /// With zeros in front up to `count` digits.
    package func digits(_ count: Int, radix: Int = 10) -> String {
        let text = String(self, radix: radix)
        return String(repeating: "0", count: Swift.max(0, count - text.count)) + text
    }
}
