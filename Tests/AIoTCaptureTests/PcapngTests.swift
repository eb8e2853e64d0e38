import AIoTBase
import AIoTCapture
import Testing

@Suite struct PcapngTests {
    private let writer = PcapngWriter(application: "test")

    private var packets: [CapturedPacket] {
        let frame = FrameRecord(
            direction: .r2d, flags: .crcRight, rate: 6, transactionID: TransactionID(1), message: [0x11, 0x01])
        return [
            CapturedPacket(unixNanoseconds: 1_700_000_000_123_456_789, direction: .outbound, content: .frame(frame)),
            CapturedPacket(unixNanoseconds: .max, direction: .inbound, content: .ngap([0, 9, 64])),
            CapturedPacket(unixNanoseconds: 0, direction: .inbound, content: .frame(FrameRecordTests.sample)),
            CapturedPacket(unixNanoseconds: 5, direction: .outbound, content: .ngap([])),
        ]
    }

    private var file: [UInt8] {
        packets.reduce(writer.header) { octets, packet in
            switch packet.content {
            case .frame(let frame): octets + writer.block(frame, unixNanoseconds: packet.unixNanoseconds)
            case .ngap(let pdu):
                octets
                    + writer.block(
                        ngap: pdu, packet.direction ?? .inbound, unixNanoseconds: packet.unixNanoseconds)
            case .other: octets
            }
        }
    }

    private func read(_ octets: [UInt8], blocksOf size: Int = .max) throws -> [CapturedPacket] {
        var reader = PcapngReader()
        var found: [CapturedPacket] = []
        for start in stride(from: 0, to: octets.count, by: min(size, max(octets.count, 1))) {
            reader.append(octets[start..<min(start + min(size, octets.count), octets.count)])
            while let packet = try reader.next() { found.append(packet) }
        }
        try reader.finish()
        return found
    }

    @Test(arguments: [1, 7, 64, Int.max]) func packetsAreReadAsTheyWereWrittenInPiecesOfAnySize(size: Int) throws {
        #expect(try read(file, blocksOf: size) == packets)
    }

    @Test func theUpperPDUNamesItsDissector() {
        let block = writer.block(ngap: [0xAA], .inbound, unixNanoseconds: 0)
        #expect(Hex.encoded(block).contains("000c0004" + Hex.encoded(Array("ngap".utf8)) + "00000000aa"))
    }

    @Test func aFileCutWithinABlockSaysSo() throws {
        let octets = file
        var whole = 0
        for count in 0..<octets.count {
            do {
                _ = try read(Array(octets.prefix(count)))
                whole += 1
            } catch let error as PcapngError {
                #expect(error == .truncated || error == .notPcapng)
            }
        }
        #expect(whole == 6, "a file is whole behind the section header, two interfaces and three of four packets")
    }

    @Test func filesInTheOtherByteOrderAreRead() throws {
        let body = BigEndianFile(resolution: 6, linkType: 148)
        #expect(
            try read(body.octets) == [
                CapturedPacket(unixNanoseconds: 1_000_000_002_000, direction: .inbound, content: .ngap([1, 2, 3]))
            ])
    }

    @Test(arguments: [
        (UInt8(0), UInt64(3), UInt64(3_000_000_000)), (3, 5, 5_000_000), (9, 7, 7), (12, 7_999, 7), (100, 1, 0),
        (0x80, 2, 2_000_000_000), (0x81, 3, 1_500_000_000), (0x80 + 63, .max, 1_999_999_999), (0xFF, .max, 0),
        (0, .max, .max), (0x80, .max, .max),
    ])
    func timestampsOfAnyResolutionBecomeNanoseconds(resolution: UInt8, ticks: UInt64, nanoseconds: UInt64) throws {
        let file = BigEndianFile(resolution: resolution, linkType: 148, ticks: ticks)
        #expect(try read(file.octets).map(\.unixNanoseconds) == [nanoseconds])
    }

    @Test func aPacketOfAnotherKindIsHandedOnAsItIs() throws {
        let file = BigEndianFile(resolution: 9, linkType: 1)
        #expect(try read(file.octets).map(\.content) == [.other(linkType: 1, octets: [1, 2, 3])])
        let noFrame = BigEndianFile(resolution: 9, linkType: 147)
        #expect(try read(noFrame.octets).map(\.content) == [.other(linkType: 147, octets: [1, 2, 3])])
        let noTags = BigEndianFile(resolution: 9, linkType: 252)
        #expect(try read(noTags.octets).map(\.content) == [.other(linkType: 252, octets: [1, 2, 3])])
    }

    @Test func unknownBlocksArePassedOver() throws {
        let unknown = Hex.decoded("0badcafe00000010" + "deadbeef" + "00000010") ?? []
        let swapped = stride(from: 0, to: unknown.count, by: 4).flatMap { unknown[$0..<$0 + 4].reversed() }
        let header = writer.header
        #expect(try read(header + swapped + file.dropFirst(header.count)) == packets)
    }

    @Test func aSecondSectionDescribesItsInterfacesAnew() throws {
        let other = BigEndianFile(resolution: 6, linkType: 148)
        #expect(try read(file + other.octets + file).count == 2 * packets.count + 1)
        let lost = other.octets[..<28] + other.octets[(28 + 32)...]
        #expect(throws: PcapngError.unknownInterface(0)) { try read(file + lost) }
    }

    @Test func damagedLengthsAreErrors() {
        var shortened = file
        shortened[4] = 3
        #expect(throws: PcapngError.badBlockLength(3)) { try read(shortened) }
        var huge = file
        huge[7] = 0x7F
        #expect(throws: PcapngError.self) { try read(huge) }
        #expect(throws: PcapngError.notPcapng) { try read([1, 2, 3, 4, 5]) }
        #expect(throws: PcapngError.notPcapng) { try read([]) }
    }

    @Test func anyOctetCanBeDamagedWithoutATrap() {
        var generator = SeededGenerator(seed: 8)
        let octets = file
        for _ in 0..<4_000 {
            var damaged = octets
            for _ in 0..<1 + Int(generator.next() % 3) {
                damaged[Int(generator.next() % UInt64(octets.count))] = UInt8(generator.next() & 0xFF)
            }
            _ = try? read(damaged)
            _ = try? read(Array(octets.prefix(8)) + generator.octets(60))
        }
    }
}

/// A file of one packet with octets 1, 2, 3, written most significant octet first.
private struct BigEndianFile {
    let octets: [UInt8]

    init(resolution: UInt8, linkType: UInt16, ticks: UInt64 = 1_000_000_002) {
        let section = Self.block(
            0x0A0D_0D0A, bigEndianOctets(UInt32(0x1A2B_3C4D)) + [0, 1, 0, 0] + [UInt8](repeating: 255, count: 8))
        let option: [UInt8] = [0, 9, 0, 1, resolution, 0, 0, 0, 0, 0, 0, 0]
        let interface = Self.block(1, bigEndianOctets(linkType) + [0, 0] + [0, 0, 0, 0] + option)
        let packet: [UInt8] =
            [0, 0, 0, 0] + bigEndianOctets(ticks) + [0, 0, 0, 3, 0, 0, 0, 3] + [1, 2, 3, 0]
            + [0, 2, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0]
        octets = section + interface + Self.block(6, packet)
    }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = bigEndianOctets(UInt32(body.count + 12))
        return bigEndianOctets(type) + length + body + length
    }
}
