extension LibUSB.Found {
    /// The description with what the device says its names are; nil for those that it does not give in time.
    ///
    /// Not for the event thread.
    func named(by handle: USBHandle) -> USBDescription {
        var named = description
        guard manufacturer != 0 || product != 0 || serial != 0 || interfaces.contains(where: { $0 != 0 }),
            let transfer = BlockingTransfer(handle),
            let first = transfer.descriptor(index: 0, language: 0),
            let language = USBStringDescriptor.language(first)
        else { return named }
        func text(_ index: UInt8) -> String? {
            index == 0 ? nil : transfer.descriptor(index: index, language: language).flatMap(USBStringDescriptor.text)
        }
        named.manufacturer = text(manufacturer)
        named.product = text(product)
        named.serial = text(serial)
        for (place, index) in interfaces.enumerated() { named.interfaces[place].name = text(index) }
        return named
    }
}

extension BlockingTransfer {
    /// A string descriptor; nil where the device does not give it within a second.
    fileprivate func descriptor(index: UInt8, language: UInt16) -> [UInt8]? {
        let length: UInt16 = 255
        var octets = USBStringDescriptor.request(index: index, language: language).octets(length: length)
        octets += [UInt8](repeating: 0, count: Int(length))
        let (outcome, moved) = octets.withUnsafeMutableBytes {
            perform(.control, endpoint: 0, $0, timeoutMilliseconds: 1_000)
        }
        return outcome == .moved ? Array(octets.dropFirst(8).prefix(moved)) : nil
    }
}
