/// Constants of pcapng (draft-ietf-opsawg-pcapng) that writer and reader share.
enum Pcapng {
    static let sectionHeader: UInt32 = 0x0A0D_0D0A
    static let interfaceDescription: UInt32 = 1
    static let enhancedPacket: UInt32 = 6
    static let byteOrderMagic: UInt32 = 0x1A2B_3C4D

    /// Octets of a block that are not its body: type, and the length twice.
    static let framingOctets = 12

    enum Option {
        static let end: UInt16 = 0
        static let interfaceName: UInt16 = 2
        static let packetFlags: UInt16 = 2
        static let userApplication: UInt16 = 4
        static let timestampResolution: UInt16 = 9
        static let timestampOffset: UInt16 = 14
    }
}

/// What the packets of an interface are.
package enum LinkType {
    /// DLT_USER0: frames of the air.
    package static let frames: UInt16 = 147
    /// DLT_USER1: bare NGAP PDUs.
    package static let bareNGAP: UInt16 = 148
    /// Wireshark Upper PDU: a dissector's name, then the PDU.
    package static let upperPDU: UInt16 = 252
}

/// Which way a packet went, as seen from the reader.
package enum PacketDirection: UInt32, Hashable, Sendable {
    /// From a device, or from the AIoTF.
    case inbound = 1
    /// To a device, or to the AIoTF.
    case outbound = 2
}

/// One packet of a capture: a frame of the air, a PDU of the link to the AIoTF, or something else.
package struct CapturedPacket: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        case frame(FrameRecord)
        /// An NGAP PDU.
        case ngap([UInt8])
        /// A packet that is neither, or that claims to be one and is not.
        case other(linkType: UInt16, octets: [UInt8])
    }

    /// Since 1970-01-01 UTC.
    package var unixNanoseconds: UInt64
    /// `nil` where the capture does not say.
    package var direction: PacketDirection?
    package var content: Content

    package init(unixNanoseconds: UInt64, direction: PacketDirection?, content: Content) {
        self.unixNanoseconds = unixNanoseconds
        self.direction = direction
        self.content = content
    }
}
