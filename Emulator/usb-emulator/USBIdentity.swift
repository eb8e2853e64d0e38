/// What a box says of itself in its descriptors (USB 2.0, 9.6).
struct USBIdentity {
    struct Interface {
        /// Index of its string; 0: none.
        var name: UInt8 = 0
        /// Addresses of bulk endpoints.
        var endpoints: [UInt8] = []
    }

    var vendor: UInt16
    var product: UInt16
    /// bcdDevice.
    var release: UInt16
    /// String descriptors by index - 1.
    var strings: [String]
    var manufacturerIndex: UInt8
    var productIndex: UInt8
    var serialIndex: UInt8
    var configurationIndex: UInt8 = 0
    var interfaces: [Interface]

    func string(_ index: UInt8) -> String {
        index > 0 && Int(index) <= strings.count ? strings[Int(index) - 1] : ""
    }

    /// The device descriptor.
    var device: [UInt8] {
        [18, 1, 0x00, 0x02, 0, 0, 0, 64] + vendor.octets + product.octets + release.octets
            + [manufacturerIndex, productIndex, serialIndex, 1]
    }

    /// The configuration descriptor with interfaces and endpoints.
    var configuration: [UInt8] {
        var body: [UInt8] = []
        for (number, interface) in interfaces.enumerated() {
            body += [
                9, 4, UInt8(truncatingIfNeeded: number), 0, UInt8(truncatingIfNeeded: interface.endpoints.count), 0xff,
                0xff, 0xff, interface.name,
            ]
            // Bulk, 512 octets: high speed.
            for endpoint in interface.endpoints { body += [7, 5, endpoint, 2, 0x00, 0x02, 0] }
        }
        let total = UInt16(truncatingIfNeeded: 9 + body.count)
        return [9, 2] + total.octets + [UInt8(truncatingIfNeeded: interfaces.count), 1, configurationIndex, 0x80, 250]
            + body
    }

    /// A string descriptor; index 0 is the list of languages. nil where there is none.
    func stringDescriptor(_ index: UInt8) -> [UInt8]? {
        guard Int(index) <= strings.count else { return nil }
        let body = index == 0 ? [0x09, 0x04] : string(index).utf16.flatMap(\.octets)
        return [UInt8(truncatingIfNeeded: 2 + body.count), 3] + body
    }
}

extension FixedWidthInteger {
    /// Little-endian.
    var octets: [UInt8] { (0..<(Self.bitWidth / 8)).map { UInt8(truncatingIfNeeded: self >> Self(8 * $0)) } }
}
