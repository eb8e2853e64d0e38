/// Inventory Report, procedure 83: what devices answered, and the end of the inventory.
package struct InventoryReport: Hashable, Sendable {
    package struct Device: Hashable, Sendable {
        package var nasPDU: [UInt8]
        package var ranDeviceNGAPID: UInt32?

        package init(nasPDU: [UInt8], ranDeviceNGAPID: UInt32? = nil) {
            self.nasPDU = nasPDU
            self.ranDeviceNGAPID = ranDeviceNGAPID
        }
    }

    package struct Reader: Hashable, Sendable {
        /// 1...65535.
        package var readerIndex: Int
        /// At least one.
        package var devices: [Device]

        package init(readerIndex: Int, devices: [Device]) {
            self.readerIndex = readerIndex
            self.devices = devices
        }
    }

    package var session: AIoTSessionName
    package var globalGNBID: GlobalGNBID
    /// Empty: the list is absent.
    package var readers: [Reader]
    package var inventoryComplete: Bool

    package init(
        session: AIoTSessionName, globalGNBID: GlobalGNBID, readers: [Reader] = [], inventoryComplete: Bool = false
    ) {
        self.session = session
        self.globalGNBID = globalGNBID
        self.readers = readers
        self.inventoryComplete = inventoryComplete
    }
}

extension InventoryReport {
    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: AIoTSessionName.ies.union([IE.inventoryReportTransfer]))
        let session = try AIoTSessionName(from: container)
        self = try container.transfer(IE.inventoryReportTransfer) { (reader) throws(NGAPDecodingError) in
            let preamble = try reader.preamble(optionals: 2)
            _ = try reader.correlation()
            var report = InventoryReport(session: session, globalGNBID: try GlobalGNBID(from: &reader))
            if preamble[0] {
                report.readers = try reader.list(1...65_535) { (reader) throws(NGAPDecodingError) in
                    try Self.readEntry(from: &reader)
                }
            }
            if preamble[1] {
                report.inventoryComplete = try reader.enumerated(root: 1, isExtensible: true) == 0
            }
            try reader.skipExtensions(preamble)
            return report
        }
    }

    private static func readEntry(from reader: inout PERReader) throws(NGAPDecodingError) -> Reader {
        let preamble = try reader.preamble(optionals: 0)
        let index = try reader.extensible(root: 1...65_535)
        let devices = try reader.list(1...65_535) { (reader) throws(NGAPDecodingError) in
            let preamble = try reader.preamble(optionals: 1)
            let pdu = try reader.octetString()
            let device = Device(nasPDU: pdu, ranDeviceNGAPID: preamble[0] ? try reader.ranDeviceNGAPID() : nil)
            try reader.skipExtensions(preamble)
            return device
        }
        try reader.skipExtensions(preamble)
        return Reader(readerIndex: index, devices: devices)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.addTransfer(IE.inventoryReportTransfer, .reject) { (writer) throws(NGAPEncodingError) in
            writer.preamble(!readers.isEmpty, inventoryComplete)
            try writer.correlation(session.correlationIdentifier)
            try globalGNBID.write(to: &writer)
            if !readers.isEmpty {
                try writer.list(readers, 1...65_535) { (writer, entry) throws(NGAPEncodingError) in
                    try Self.write(entry, to: &writer)
                }
            }
            if inventoryComplete { try writer.enumerated(0, root: 1, isExtensible: true) }
        }
        try container.write(to: &writer)
    }

    private static func write(_ entry: Reader, to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble()
        try writer.extensible(entry.readerIndex, root: 1...65_535)
        try writer.list(entry.devices, 1...65_535) { (writer, device) throws(NGAPEncodingError) in
            writer.preamble(device.ranDeviceNGAPID != nil)
            try writer.octetString(device.nasPDU)
            if let id = device.ranDeviceNGAPID { try writer.ranDeviceNGAPID(id) }
        }
    }
}
