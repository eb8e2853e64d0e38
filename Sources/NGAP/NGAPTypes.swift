/// A BIT STRING; unused bits of the last octet are zero.
package struct NGAPBitString: Hashable, Sendable {
    package var octets: [UInt8]
    package var bitCount: Int

    package init(octets: [UInt8], bitCount: Int? = nil) {
        self.octets = octets
        self.bitCount = bitCount ?? octets.count * 8
    }
}

/// GlobalGNB-ID: PLMN and a gNB ID of 22 to 32 bits.
package struct GlobalGNBID: Hashable, Sendable {
    /// 3 octets.
    package var plmn: [UInt8]
    package var gnbID: UInt32
    /// 22...32.
    package var bitLength: Int

    package init(plmn: [UInt8], gnbID: UInt32, bitLength: Int) {
        self.plmn = plmn
        self.gnbID = gnbID
        self.bitLength = bitLength
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 0)
        plmn = try reader.fixedOctets(3)
        guard try reader.bits(1) == 0 else { throw .unusedChoice }
        let bits = try reader.bitString(sizes: 22...32, isExtensible: false)
        bitLength = bits.bitCount
        let padded = bits.octets.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        gnbID = UInt32(truncatingIfNeeded: padded >> UInt64(bits.octets.count * 8 - bits.bitCount))
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        guard (22...32).contains(bitLength) else { throw .valueOutOfRange(bitLength, 22...32) }
        let value = UInt64(gnbID) << UInt64(32 - bitLength)
        guard value <= UInt64(UInt32.max) else {
            throw .valueOutOfRange(Int(gnbID), 0...Int(UInt32.max >> UInt32(32 - bitLength)))
        }
        writer.preamble()
        try writer.fixedOctets(plmn, 3)
        writer.bits(0, 1)
        let octets = (0..<(bitLength + 7) / 8).map { UInt8(truncatingIfNeeded: value >> UInt64(24 - $0 * 8)) }
        try writer.bitString(
            NGAPBitString(octets: octets, bitCount: bitLength), sizes: 22...32, isExtensible: false)
    }
}

/// AIoT-DeviceIdentificationRequested: whom an inventory is for; the bits are the paging identity.
package enum DeviceIdentification: Hashable, Sendable {
    case singleDevice(NGAPBitString)
    case groupDevices(NGAPBitString)
    case allDevices

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        switch try reader.bits(2) {
        case 0: self = .singleDevice(try reader.bitString(sizes: 1...1_024, isExtensible: true))
        case 1: self = .groupDevices(try reader.bitString(sizes: 1...1_024, isExtensible: true))
        case 2: self = .allDevices
        default: throw .unusedChoice
        }
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        switch self {
        case .singleDevice(let bits):
            writer.bits(0, 2)
            try writer.bitString(bits, sizes: 1...1_024, isExtensible: true)
        case .groupDevices(let bits):
            writer.bits(1, 2)
            try writer.bitString(bits, sizes: 1...1_024, isExtensible: true)
        case .allDevices:
            writer.bits(2, 2)
        }
    }

    /// The paging identity; empty for all devices.
    package var identity: [UInt8] {
        switch self {
        case .singleDevice(let bits), .groupDevices(let bits): bits.octets
        case .allDevices: []
        }
    }
}

/// S-NSSAI: SST, and SD (3 octets) where there is one.
package struct SNSSAI: Hashable, Sendable {
    package var sst: UInt8
    package var sd: [UInt8]?

    package init(sst: UInt8, sd: [UInt8]? = nil) {
        self.sst = sst
        self.sd = sd
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 1)
        sst = try reader.fixedOctets(1)[0]
        sd = preamble[0] ? try reader.fixedOctets(3) : nil
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble(sd != nil)
        try writer.fixedOctets([sst], 1)
        if let sd { try writer.fixedOctets(sd, 3) }
    }

    /// A slice list: 1 to 1024 sequences, each with one S-NSSAI.
    static func readList(from reader: inout PERReader) throws(NGAPDecodingError) -> [SNSSAI] {
        try reader.list(1...1_024) { (reader) throws(NGAPDecodingError) in
            let preamble = try reader.preamble(optionals: 0)
            let slice = try SNSSAI(from: &reader)
            try reader.skipExtensions(preamble)
            return slice
        }
    }

    static func write(list: [SNSSAI], to writer: inout PERWriter) throws(NGAPEncodingError) {
        try writer.list(list, 1...1_024) { (writer, slice) throws(NGAPEncodingError) in
            writer.preamble()
            try slice.write(to: &writer)
        }
    }
}

extension PERReader {
    /// SEQUENCE OF with a size constraint; memory grows with what is really there.
    mutating func list<Element>(
        _ sizes: ClosedRange<Int>, _ element: (inout PERReader) throws(NGAPDecodingError) -> Element
    ) throws(NGAPDecodingError) -> [Element] {
        let count = try constrained(sizes)
        var elements: [Element] = []
        for _ in 0..<count { elements.append(try element(&self)) }
        return elements
    }
}

extension PERWriter {
    mutating func list<Element>(
        _ elements: [Element], _ sizes: ClosedRange<Int>,
        _ write: (inout PERWriter, Element) throws(NGAPEncodingError) -> Void
    ) throws(NGAPEncodingError) {
        guard sizes.contains(elements.count) else { throw .listCount(elements.count) }
        try constrained(elements.count, sizes)
        for element in elements { try write(&self, element) }
    }
}
