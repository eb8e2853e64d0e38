/// Reads a pcapng file piece by piece, in either byte order; blocks that are not needed are passed over.
///
/// Feed octets with ``append(_:)``, take packets with ``next()`` until it gives `nil`, and call ``finish()`` at the end
/// of the file: a growing file just goes on being fed.
package struct PcapngReader: Sendable {
    /// Octets of the longest block that is read (*ours*).
    package static let maximumBlockOctets = 1 << 24
    /// Interfaces of one section (*ours*).
    package static let maximumInterfaces = 1_024

    private var input: [UInt8] = []
    private var consumed = 0
    private var isBigEndian = false
    private var isInSection = false
    private var interfaces: [PcapngInterface] = []

    package init() {}

    package mutating func append(_ octets: some Sequence<UInt8>) {
        input.removeFirst(consumed)
        consumed = 0
        input += octets
    }

    /// The next packet; `nil` when more octets are needed.
    package mutating func next() throws(PcapngError) -> CapturedPacket? {
        while let (type, body) = try nextBlock() {
            switch type {
            case Pcapng.sectionHeader: interfaces = []
            case Pcapng.interfaceDescription: try addInterface(body)
            case Pcapng.enhancedPacket: return try packet(body)
            default: break
            }
        }
        return nil
    }

    /// Throws when the file ends within a block, or holds none.
    package func finish() throws(PcapngError) {
        guard isInSection else { throw .notPcapng }
        guard consumed == input.count else { throw .truncated }
    }
}

// MARK: - Blocks

extension PcapngReader {
    /// The next whole block; `nil` when more octets are needed.
    private mutating func nextBlock() throws(PcapngError) -> (type: UInt32, body: PcapngFields)? {
        let available = Array(input[consumed...].prefix(12))
        let leading = PcapngFields(available, isBigEndian: isBigEndian)
        guard let type = leading.word(at: 0) else { return nil }
        guard isInSection || type == Pcapng.sectionHeader else { throw .notPcapng }
        if type == Pcapng.sectionHeader {
            guard let magic = leading.word(at: 8) else { return nil }
            guard magic == Pcapng.byteOrderMagic || magic == Pcapng.byteOrderMagic.byteSwapped else {
                throw .notPcapng
            }
            if magic != Pcapng.byteOrderMagic { isBigEndian.toggle() }
            isInSection = true
        }
        let header = PcapngFields(available, isBigEndian: isBigEndian)
        guard let length = header.word(at: 4).map(Int.init) else { return nil }
        guard length >= Pcapng.framingOctets, length % 4 == 0, length <= Self.maximumBlockOctets else {
            throw .badBlockLength(length)
        }
        guard input.count - consumed >= length else { return nil }
        let block = PcapngFields(Array(input[consumed..<consumed + length]), isBigEndian: isBigEndian)
        guard block.word(at: length - 4).map(Int.init) == length else { throw .badBlockLength(length) }
        consumed += length
        return (type, block.part(from: 8, to: length - 4))
    }

    private mutating func addInterface(_ body: PcapngFields) throws(PcapngError) {
        guard let linkType = body.half(at: 0), body.count >= 8 else { throw .malformed("interface description") }
        guard interfaces.count < Self.maximumInterfaces else { throw .tooManyInterfaces }
        var interface = PcapngInterface(linkType: linkType)
        for (code, value) in body.options(from: 8) {
            if code == Pcapng.Option.timestampResolution, let octet = value.first { interface.resolution = octet }
            if code == Pcapng.Option.timestampOffset, let seconds = value.long(at: 0) {
                interface.offsetSeconds = Int64(bitPattern: seconds)
            }
        }
        interfaces.append(interface)
    }

    private func packet(_ body: PcapngFields) throws(PcapngError) -> CapturedPacket {
        guard let index = body.word(at: 0), let high = body.word(at: 4), let low = body.word(at: 8),
            let length = body.word(at: 12).map(Int.init), body.count >= 20, length <= body.count - 20
        else { throw .malformed("packet") }
        guard index < interfaces.count else { throw .unknownInterface(Int(index)) }
        let interface = interfaces[Int(index)]
        let octets = body.part(from: 20, to: 20 + length).octets
        var direction: PacketDirection?
        for (code, value) in body.options(from: 20 + (length + 3) / 4 * 4) where code == Pcapng.Option.packetFlags {
            direction = value.word(at: 0).flatMap { PacketDirection(rawValue: $0 & 3) }
        }
        return CapturedPacket(
            unixNanoseconds: interface.unixNanoseconds(of: UInt64(high) << 32 | UInt64(low)), direction: direction,
            content: interface.content(of: octets))
    }
}
