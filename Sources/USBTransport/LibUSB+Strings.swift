extension LibUSB.Found {
    /// The description with what the device says its names are; `unread` says why it is without some.
    ///
    /// Not for the event thread, which it would wait for. A device that leaves one unanswered is not asked for others.
    func named(by handle: USBHandle) -> USBDescription {
        var named = description
        let operation = "reading the names of \(description.title)"
        guard manufacturer != 0 || product != 0 || serial != 0 || interfaces.contains(where: { $0 != 0 }) else {
            return named
        }
        do throws(USBError) {
            guard let transfer = BlockingTransfer(handle) else { throw USBError(.noMemory, operation) }
            guard let first = try transfer.descriptor(0, language: 0, operation),
                let language = USBStringDescriptor.language(first)
            else { return named }
            func text(_ index: UInt8) throws(USBError) -> String? {
                guard index != 0 else { return nil }
                return try transfer.descriptor(index, language: language, operation).flatMap(USBStringDescriptor.text)
            }
            named.serial = try text(serial)
            named.product = try text(product)
            named.manufacturer = try text(manufacturer)
            for (place, index) in interfaces.enumerated() { named.interfaces[place].name = try text(index) }
        } catch {
            named.unread = error
        }
        return named
    }
}

extension BlockingTransfer {
    /// A string descriptor; nil where the device has none of that number. It has a second to give it.
    fileprivate func descriptor(
        _ index: UInt8, language: UInt16, _ operation: String
    ) throws(USBError) -> [UInt8]? {
        let length: UInt16 = 255
        var octets = USBStringDescriptor.request(index: index, language: language).octets(length: length)
        octets += [UInt8](repeating: 0, count: Int(length))
        let (outcome, moved) = octets.withUnsafeMutableBytes {
            perform(.control, endpoint: 0, $0, timeoutMilliseconds: 1_000)
        }
        switch outcome {
        case .moved: return Array(octets.dropFirst(8).prefix(moved))
        case .failed(.stalled): return nil
        case .failed(let kind): throw USBError(kind, operation)
        case .cancelled: throw USBError(.interrupted, operation)
        }
    }
}
