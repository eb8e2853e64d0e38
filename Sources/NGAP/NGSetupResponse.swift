/// GUAMI: which AMF serves.
package struct GUAMI: Hashable, Sendable {
    /// 3 octets.
    package var plmn: [UInt8]
    /// 8 bits.
    package var region: Int
    /// 10 bits.
    package var set: Int
    /// 6 bits.
    package var pointer: Int
    package var backupAMFName: String?

    package init(plmn: [UInt8], region: Int, set: Int, pointer: Int, backupAMFName: String? = nil) {
        self.plmn = plmn
        self.region = region
        self.set = set
        self.pointer = pointer
        self.backupAMFName = backupAMFName
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let item = try reader.preamble(optionals: 1)
        let guami = try reader.preamble(optionals: 0)
        plmn = try reader.fixedOctets(3)
        region = Int(try reader.bits(8))
        set = Int(try reader.bits(10))
        pointer = Int(try reader.bits(6))
        try reader.skipExtensions(guami)
        backupAMFName = item[0] ? try reader.characters(sizes: 1...150) : nil
        try reader.skipExtensions(item)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        for (value, limit) in [(region, 255), (set, 1_023), (pointer, 63)] where !(0...limit).contains(value) {
            throw .valueOutOfRange(value, 0...limit)
        }
        writer.preamble(backupAMFName != nil)
        writer.preamble()
        try writer.fixedOctets(plmn, 3)
        writer.bits(UInt64(region), 8)
        writer.bits(UInt64(set), 10)
        writer.bits(UInt64(pointer), 6)
        if let backupAMFName { try writer.characters(backupAMFName, sizes: 1...150) }
    }
}

/// AIOTFName: a name in visible characters, in UTF-8, or both.
package struct AIOTFName: Hashable, Sendable {
    package var visible: String?
    package var utf8: String?

    package init(visible: String?, utf8: String? = nil) {
        self.visible = visible
        self.utf8 = utf8
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 2)
        visible = preamble[0] ? try reader.characters(sizes: 1...150) : nil
        utf8 = nil
        if preamble[1] {
            guard let text = String(validating: try reader.octetString(), as: UTF8.self) else { throw .badCharacter }
            utf8 = text
        }
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble(visible != nil, utf8 != nil)
        if let visible { try writer.characters(visible, sizes: 1...150) }
        if let utf8 { try writer.octetString(Array(utf8.utf8)) }
    }
}

/// NG Setup Response, procedure 21: the AIoTF accepts a reader.
package struct NGSetupResponse: Hashable, Sendable {
    package struct SupportedPLMN: Hashable, Sendable {
        /// 3 octets.
        package var plmn: [UInt8]
        package var slices: [SNSSAI]

        package init(plmn: [UInt8], slices: [SNSSAI]) {
            self.plmn = plmn
            self.slices = slices
        }
    }

    package var amfName: String
    package var servedGUAMIs: [GUAMI]
    /// 0...255.
    package var relativeAMFCapacity: Int
    package var plmnSupport: [SupportedPLMN]
    package var aiotfIdentifier: [UInt8]?
    package var aiotfName: AIOTFName?
    /// The AIoTF answers probes; private IE 65000 (*ours*), only where the request had it.
    package var supportsProbes: Bool

    package init(
        amfName: String, servedGUAMIs: [GUAMI], relativeAMFCapacity: Int = 255, plmnSupport: [SupportedPLMN],
        aiotfIdentifier: [UInt8]?, aiotfName: AIOTFName? = nil, supportsProbes: Bool = false
    ) {
        self.amfName = amfName
        self.servedGUAMIs = servedGUAMIs
        self.relativeAMFCapacity = relativeAMFCapacity
        self.plmnSupport = plmnSupport
        self.aiotfIdentifier = aiotfIdentifier
        self.aiotfName = aiotfName
        self.supportsProbes = supportsProbes
    }
}

extension NGSetupResponse {
    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let known: Set<Int> = [
            IE.amfName, IE.servedGUAMIList, IE.relativeAMFCapacity, IE.plmnSupportList, IE.aiotfIdentifier,
            IE.aiotfName, IE.criticalityDiagnostics, IE.probes,
        ]
        let container = try IEReader(from: &reader, known: known)
        amfName = try container.required(IE.amfName) { (reader) throws(NGAPDecodingError) in
            try reader.characters(sizes: 1...150)
        }
        servedGUAMIs = try container.required(IE.servedGUAMIList) { (reader) throws(NGAPDecodingError) in
            try reader.list(1...256) { (reader) throws(NGAPDecodingError) in try GUAMI(from: &reader) }
        }
        relativeAMFCapacity = try container.required(IE.relativeAMFCapacity) { (reader) throws(NGAPDecodingError) in
            try reader.constrained(0...255)
        }
        plmnSupport = try container.required(IE.plmnSupportList) { (reader) throws(NGAPDecodingError) in
            try reader.list(1...12) { (reader) throws(NGAPDecodingError) in
                let preamble = try reader.preamble(optionals: 0)
                let plmn = SupportedPLMN(
                    plmn: try reader.fixedOctets(3), slices: try SNSSAI.readList(from: &reader))
                try reader.skipExtensions(preamble)
                return plmn
            }
        }
        aiotfIdentifier = try container.optional(IE.aiotfIdentifier) { (reader) throws(NGAPDecodingError) in
            try reader.octetString()
        }
        aiotfName = try container.optional(IE.aiotfName) { (reader) throws(NGAPDecodingError) in
            try AIOTFName(from: &reader)
        }
        supportsProbes = container.supportsProbes
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try container.add(IE.amfName, .reject) { (writer) throws(NGAPEncodingError) in
            try writer.characters(amfName, sizes: 1...150)
        }
        try container.add(IE.servedGUAMIList, .reject) { (writer) throws(NGAPEncodingError) in
            try writer.list(servedGUAMIs, 1...256) { (writer, guami) throws(NGAPEncodingError) in
                try guami.write(to: &writer)
            }
        }
        try container.add(IE.relativeAMFCapacity, .ignore) { (writer) throws(NGAPEncodingError) in
            try writer.constrained(relativeAMFCapacity, 0...255)
        }
        try container.add(IE.plmnSupportList, .reject) { (writer) throws(NGAPEncodingError) in
            try writer.list(plmnSupport, 1...12) { (writer, entry) throws(NGAPEncodingError) in
                writer.preamble()
                try writer.fixedOctets(entry.plmn, 3)
                try SNSSAI.write(list: entry.slices, to: &writer)
            }
        }
        if let aiotfIdentifier {
            try container.add(IE.aiotfIdentifier, .reject) { (writer) throws(NGAPEncodingError) in
                try writer.octetString(aiotfIdentifier)
            }
        }
        if let aiotfName {
            try container.add(IE.aiotfName, .reject) { (writer) throws(NGAPEncodingError) in
                try aiotfName.write(to: &writer)
            }
        }
        if supportsProbes { try container.addProbes() }
        try container.write(to: &writer)
    }
}
