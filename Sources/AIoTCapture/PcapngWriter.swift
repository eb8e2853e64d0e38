/// Makes the octets of a pcapng file: first ``header``, then a block for each packet (`spec/4 "Frames: pcapng"`).
///
/// Interface 0 carries frames of the air, interface 1 the NGAP PDUs of the link; both count nanoseconds. All numbers
/// are little-endian.
package struct PcapngWriter: Sendable {
    private let application: String

    package init(application: String) {
        self.application = application
    }

    /// Section header and both interfaces.
    package var header: [UInt8] {
        var section: [UInt8] = []
        section.append(Pcapng.byteOrderMagic)
        section.append(UInt16(1))
        section.append(UInt16(0))
        section.append(UInt64.max)
        section.append(option: Pcapng.Option.userApplication, Array(application.utf8.prefix(0xFFFF)))
        section.append(option: Pcapng.Option.end, [])
        return block(Pcapng.sectionHeader, section) + interface(LinkType.frames, "air")
            + interface(LinkType.upperPDU, "ngap")
    }

    /// The block of a frame of the air.
    package func block(_ frame: FrameRecord, unixNanoseconds: UInt64) -> [UInt8] {
        let direction = frame.direction == .r2d ? PacketDirection.outbound : .inbound
        return packet(0, frame.encoded(), direction, unixNanoseconds)
    }

    /// The block of an NGAP PDU.
    package func block(ngap pdu: [UInt8], _ direction: PacketDirection, unixNanoseconds: UInt64) -> [UInt8] {
        packet(1, UpperPDU.ngapHeader + pdu, direction, unixNanoseconds)
    }

    private func interface(_ linkType: UInt16, _ name: String) -> [UInt8] {
        var body: [UInt8] = []
        body.append(linkType)
        body.append(UInt16(0))
        body.append(UInt32(0))
        body.append(option: Pcapng.Option.interfaceName, Array(name.utf8))
        body.append(option: Pcapng.Option.timestampResolution, [9])
        body.append(option: Pcapng.Option.end, [])
        return block(Pcapng.interfaceDescription, body)
    }

    private func packet(
        _ interface: UInt32, _ octets: [UInt8], _ direction: PacketDirection, _ unixNanoseconds: UInt64
    ) -> [UInt8] {
        var body: [UInt8] = []
        body.append(interface)
        body.append(UInt32(unixNanoseconds >> 32))
        body.append(UInt32(truncatingIfNeeded: unixNanoseconds))
        body.append(UInt32(truncatingIfNeeded: octets.count))
        body.append(UInt32(truncatingIfNeeded: octets.count))
        body.append(padded: octets)
        var flags: [UInt8] = []
        flags.append(direction.rawValue)
        body.append(option: Pcapng.Option.packetFlags, flags)
        body.append(option: Pcapng.Option.end, [])
        return block(Pcapng.enhancedPacket, body)
    }

    private func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(truncatingIfNeeded: body.count + Pcapng.framingOctets)
        var octets: [UInt8] = []
        octets.append(type)
        octets.append(length)
        octets += body
        octets.append(length)
        return octets
    }
}

extension [UInt8] {
    /// Appends `number`, least significant octet first.
    fileprivate mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        for place in stride(from: 0, to: number.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: number >> place))
        }
    }

    /// Appends `octets` and zeros up to a multiple of four.
    fileprivate mutating func append(padded octets: [UInt8]) {
        self += octets
        self += [UInt8](repeating: 0, count: (4 - octets.count % 4) % 4)
    }

    fileprivate mutating func append(option code: UInt16, _ value: [UInt8]) {
        append(code)
        append(UInt16(truncatingIfNeeded: value.count))
        append(padded: value)
    }
}
