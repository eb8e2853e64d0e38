/// One area that an inventory asks for.
package struct AIoTArea: Hashable, Sendable {
    /// 3 octets.
    package var plmn: [UInt8]
    /// 44 bits.
    package var nid: NGAPBitString?
    /// 3 octets.
    package var areaCode: [UInt8]

    package init(plmn: [UInt8], nid: NGAPBitString? = nil, areaCode: [UInt8]) {
        self.plmn = plmn
        self.nid = nid
        self.areaCode = areaCode
    }
}

/// One reader that an inventory asks for.
package struct RequestedReader: Hashable, Sendable {
    package var globalGNBID: GlobalGNBID
    /// 1...65535.
    package var readerIndex: Int

    package init(globalGNBID: GlobalGNBID, readerIndex: Int) {
        self.globalGNBID = globalGNBID
        self.readerIndex = readerIndex
    }
}

/// AIoT-RequestedServiceAreaInformation; an empty list is absent.
package struct ServiceAreaInformation: Hashable, Sendable {
    package var readers: [RequestedReader]
    package var areas: [AIoTArea]

    package init(readers: [RequestedReader] = [], areas: [AIoTArea] = []) {
        self.readers = readers
        self.areas = areas
    }
}

/// AIoT-InventoryAssistanceInformation.
package struct InventoryAssistanceInformation: Hashable, Sendable {
    /// Octets, 1...256.
    package var expectedD2RMsgSize: Int
    /// 1...65535.
    package var approximateNoofTargetDevices: Int?
    /// Seconds, 1...256.
    package var timeInterval: Int?

    package init(expectedD2RMsgSize: Int, approximateNoofTargetDevices: Int? = nil, timeInterval: Int? = nil) {
        self.expectedD2RMsgSize = expectedD2RMsgSize
        self.approximateNoofTargetDevices = approximateNoofTargetDevices
        self.timeInterval = timeInterval
    }
}

/// Inventory Request, procedure 82: page these devices with this nonce1.
package struct InventoryRequest: Hashable, Sendable {
    package var session: AIoTSessionName
    package var deviceIdentification: DeviceIdentification
    package var serviceArea: ServiceAreaInformation
    package var assistance: InventoryAssistanceInformation
    /// A Command Request will follow each access response.
    package var followonCommandIndication: Bool
    /// a-IoT-RAND-n: nonce1, 128 bits.
    package var randN: NGAPBitString

    package init(
        session: AIoTSessionName, deviceIdentification: DeviceIdentification,
        serviceArea: ServiceAreaInformation = ServiceAreaInformation(), assistance: InventoryAssistanceInformation,
        followonCommandIndication: Bool = false, randN: NGAPBitString
    ) {
        self.session = session
        self.deviceIdentification = deviceIdentification
        self.serviceArea = serviceArea
        self.assistance = assistance
        self.followonCommandIndication = followonCommandIndication
        self.randN = randN
    }
}

extension InventoryRequest {
    private static let transferIEs: Set<Int> = [
        IE.correlationIdentifier, IE.deviceIdentification, IE.serviceArea, IE.assistanceInformation,
        IE.followonCommandIndication, IE.securityInfo,
    ]

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: AIoTSessionName.ies.union([IE.inventoryRequestTransfer]))
        session = try AIoTSessionName(from: container)
        let transfer = try container.transfer(IE.inventoryRequestTransfer) { (reader) throws(NGAPDecodingError) in
            try IEReader(from: &reader, known: Self.transferIEs)
        }
        reader.notify(transfer.notified)
        _ = try transfer.correlation()
        deviceIdentification = try transfer.required(IE.deviceIdentification) { (reader) throws(NGAPDecodingError) in
            try DeviceIdentification(from: &reader)
        }
        serviceArea = try transfer.required(IE.serviceArea) { (reader) throws(NGAPDecodingError) in
            try ServiceAreaInformation(from: &reader)
        }
        assistance = try transfer.required(IE.assistanceInformation) { (reader) throws(NGAPDecodingError) in
            try InventoryAssistanceInformation(from: &reader)
        }
        let indication = try transfer.optional(IE.followonCommandIndication) { (reader) throws(NGAPDecodingError) in
            try reader.enumerated(root: 1, isExtensible: true)
        }
        followonCommandIndication = indication == 0
        randN = try transfer.required(IE.securityInfo) { (reader) throws(NGAPDecodingError) in
            guard try reader.bits(1) == 0 else { throw .unusedChoice }
            return try reader.bitString(sizes: 128...128, isExtensible: true)
        }
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try session.add(to: &container, .reject)
        try container.addTransfer(IE.inventoryRequestTransfer, .reject) { (writer) throws(NGAPEncodingError) in
            try writeTransfer(to: &writer)
        }
        try container.write(to: &writer)
    }

    private func writeTransfer(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var transfer = IEWriter()
        try transfer.add(IE.correlationIdentifier, .reject) { (writer) throws(NGAPEncodingError) in
            try writer.correlation(session.correlationIdentifier)
        }
        try transfer.add(IE.deviceIdentification, .reject) { (writer) throws(NGAPEncodingError) in
            try deviceIdentification.write(to: &writer)
        }
        try transfer.add(IE.serviceArea, .reject) { (writer) throws(NGAPEncodingError) in
            try serviceArea.write(to: &writer)
        }
        try transfer.add(IE.assistanceInformation, .reject) { (writer) throws(NGAPEncodingError) in
            try assistance.write(to: &writer)
        }
        if followonCommandIndication {
            try transfer.add(IE.followonCommandIndication, .reject) { (writer) throws(NGAPEncodingError) in
                try writer.enumerated(0, root: 1, isExtensible: true)
            }
        }
        try transfer.add(IE.securityInfo, .reject) { (writer) throws(NGAPEncodingError) in
            writer.bits(0, 1)
            try writer.bitString(randN, sizes: 128...128, isExtensible: true)
        }
        try transfer.write(to: &writer)
    }
}

extension ServiceAreaInformation {
    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 2)
        readers = []
        areas = []
        if preamble[0] {
            readers = try reader.list(1...65_535) { (reader) throws(NGAPDecodingError) in
                let preamble = try reader.preamble(optionals: 0)
                let entry = RequestedReader(
                    globalGNBID: try GlobalGNBID(from: &reader), readerIndex: try reader.extensible(root: 1...65_535))
                try reader.skipExtensions(preamble)
                return entry
            }
        }
        if preamble[1] {
            areas = try reader.list(1...256) { (reader) throws(NGAPDecodingError) in
                let preamble = try reader.preamble(optionals: 1)
                let plmn = try reader.fixedOctets(3)
                let nid = preamble[0] ? try reader.bitString(sizes: 44...44, isExtensible: false) : nil
                let area = AIoTArea(plmn: plmn, nid: nid, areaCode: try reader.fixedOctets(3))
                try reader.skipExtensions(preamble)
                return area
            }
        }
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble(!readers.isEmpty, !areas.isEmpty)
        if !readers.isEmpty {
            try writer.list(readers, 1...65_535) { (writer, entry) throws(NGAPEncodingError) in
                writer.preamble()
                try entry.globalGNBID.write(to: &writer)
                try writer.extensible(entry.readerIndex, root: 1...65_535)
            }
        }
        if !areas.isEmpty {
            try writer.list(areas, 1...256) { (writer, area) throws(NGAPEncodingError) in
                writer.preamble(area.nid != nil)
                try writer.fixedOctets(area.plmn, 3)
                if let nid = area.nid { try writer.bitString(nid, sizes: 44...44, isExtensible: false) }
                try writer.fixedOctets(area.areaCode, 3)
            }
        }
    }
}

extension InventoryAssistanceInformation {
    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 2)
        expectedD2RMsgSize = try reader.extensible(root: 1...256)
        approximateNoofTargetDevices = preamble[0] ? try reader.extensible(root: 1...65_535) : nil
        timeInterval = preamble[1] ? try reader.extensible(root: 1...256) : nil
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble(approximateNoofTargetDevices != nil, timeInterval != nil)
        try writer.extensible(expectedD2RMsgSize, root: 1...256)
        if let approximateNoofTargetDevices {
            try writer.extensible(approximateNoofTargetDevices, root: 1...65_535)
        }
        if let timeInterval { try writer.extensible(timeInterval, root: 1...256) }
    }
}
