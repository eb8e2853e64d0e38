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
        let name = [product ?? "USB device \(hex(vendorID)):\(hex(productID))", serial].compactMap(\.self)
        return name.joined(separator: " ") + " at /dev/bus/usb/\(padded(bus))/\(padded(address))"
    }
}

private func hex(_ number: UInt16) -> String { padded(String(number, radix: 16), to: 4) }

private func padded(_ number: UInt8) -> String { padded(String(number), to: 3) }

private func padded(_ text: String, to length: Int) -> String {
    String(repeating: "0", count: max(0, length - text.count)) + text
}
