import NGAP
import Testing

/// Any message, drawn from a seed, comes through encoding and decoding as it was.
@Suite struct NGAPPropertyTests {
    @Test(arguments: 0..<40 as Range<UInt64>) func everyMessageComesThroughAsItWas(seed: UInt64) throws {
        var source = PDUSource(seed: seed)
        for kind in 0..<PDUSource.kinds {
            let pdu = source.pdu(kind)
            let octets = try pdu.encoded()
            #expect(try NGAPPDU(decoding: octets) == pdu)
            #expect(try NGAPPDU(decoding: octets).encoded() == octets)
        }
    }

    @Test func everyKindOfMessageIsDrawn() {
        var source = PDUSource(seed: 0)
        #expect(Set((0..<PDUSource.kinds).map { source.pdu($0).name }).count == 14)
    }

    @Test(arguments: 0..<2 as Range<UInt64>) func everyTruncationIsAnErrorAndNoFlippedBitTraps(seed: UInt64) throws {
        var source = PDUSource(seed: seed)
        for kind in 0..<PDUSource.kinds {
            let octets = try source.pdu(kind).encoded()
            for count in 0..<octets.count {
                #expect(throws: NGAPDecodingError.self) { try NGAPPDU(decoding: Array(octets.prefix(count))) }
            }
            for bit in 0..<min(octets.count, 200) * 8 {
                var flipped = octets
                flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                guard let pdu = try? NGAPPDU(decoding: flipped), let again = try? pdu.encoded() else { continue }
                #expect(try NGAPPDU(decoding: again) == pdu)
            }
        }
    }
}
