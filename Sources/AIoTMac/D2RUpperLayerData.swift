package import AIoTBase

/// Every D2R message but Msg1 of CBRA: one segment of a NAS PDU, padded to its transport block.
package struct D2RUpperLayerData: Hashable, Sendable {
    /// Further segments follow.
    package var moreData: Bool
    /// This segment, 0...253 octets.
    package var sdu: [UInt8]
    /// Octets of the message with its padding, 2...255.
    package var transportBlockOctets: Int

    /// Octets before the SDU.
    package static let headerOctets = 2

    package init(moreData: Bool, sdu: [UInt8], transportBlockOctets: Int) {
        self.moreData = moreData
        self.sdu = sdu
        self.transportBlockOctets = transportBlockOctets
    }

    /// The message that a transport block holds. Spare bits and padding are not looked at.
    package init(decoding octets: [UInt8]) throws(MACDecodingError) {
        guard octets.count <= MACLimits.messageOctets else { throw .tooLong(octets.count) }
        var reader = BitReader(octets)
        moreData = try reader.field(1) == 1
        _ = try reader.field(7)
        sdu = try reader.countedOctets()
        transportBlockOctets = octets.count
    }

    /// The message padded to `transportBlockOctets`.
    package func encoded() throws(MACEncodingError) -> [UInt8] {
        guard transportBlockOctets <= MACLimits.messageOctets else { throw .messageTooLong(transportBlockOctets) }
        guard sdu.count + Self.headerOctets <= transportBlockOctets else { throw .sduTooLong(sdu.count) }
        var writer = BitWriter()
        writer.write(moreData)
        writer.write(0, 7)
        try writer.write(counted: sdu)
        return writer.octets + [UInt8](repeating: 0, count: transportBlockOctets - sdu.count - Self.headerOctets)
    }
}

/// A MAC message from a device (`spec/2 "D2R MAC messages"`), without CRC.
package enum D2RMessage: Hashable, Sendable {
    /// Msg1 of CBRA: the bare random ID, 2 octets.
    case accessRandomID(RandomID)
    case upperLayerData(D2RUpperLayerData)

    /// The message of a transport block; only its occasion tells whether it is `msg1` of CBRA.
    package init(decoding octets: [UInt8], isMsg1OfCBRA: Bool) throws(MACDecodingError) {
        guard isMsg1OfCBRA else {
            self = .upperLayerData(try D2RUpperLayerData(decoding: octets))
            return
        }
        guard octets.count >= 2 else { throw .truncated }
        guard octets.count == 2 else { throw .trailingOctets(octets.count - 2) }
        self = .accessRandomID(RandomID(UInt16(octets[0]) << 8 | UInt16(octets[1])))
    }

    package func encoded() throws(MACEncodingError) -> [UInt8] {
        switch self {
        case .accessRandomID(let id): bigEndianOctets(id.value)
        case .upperLayerData(let message): try message.encoded()
        }
    }

    /// The name that tools print (`spec/4 "JSON"`).
    package var name: String {
        switch self {
        case .accessRandomID: "AccessRandomID"
        case .upperLayerData: "D2RUpperLayerData"
        }
    }
}
