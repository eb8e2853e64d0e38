import AIoTBase
import AIoTCapture
import AIoTMac
import Testing

@Suite struct FrameRecordTests {
    static let sample = FrameRecord(
        direction: .d2r, flags: [.crcRight, .fec, .bareRandomID], rate: 3, subcarrierPeriodsPerBit: 8,
        transactionID: TransactionID(9), occasion: 0x1234, relativePowerDeciDB: -325, snrDeciDB: 151,
        clockErrorTenPPM: -2_000, carrierOffsetHz: 300, message: [0xAB, 0xCD])

    @Test func everyFieldStandsWhereTheSpecificationPutsIt() {
        #expect(
            Hex.encoded(Self.sample.encoded()) == "0101250308091234" + "febb" + "0097" + "f830" + "012c" + "abcd")
    }

    @Test func aFrameOfNoOccasionHasAllOnesThere() throws {
        var record = Self.sample
        record.occasion = nil
        #expect(Array(record.encoded()[6..<8]) == [0xFF, 0xFF])
        #expect(try FrameRecord(decoding: record.encoded()) == record)
    }

    @Test func whateverDecodesEncodesToTheSameOctets() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<500 {
            var octets = generator.octets(16 + Int(generator.next() % 40))
            octets[0] = 1
            octets[1] &= 1
            octets[5] &= 15
            #expect(try FrameRecord(decoding: octets).encoded() == octets)
        }
    }

    @Test func octetsThatAreNoFrameAreRefused() {
        let octets = Self.sample.encoded()
        for count in 0..<16 {
            #expect(throws: FrameRecordError.truncated(count)) {
                try FrameRecord(decoding: Array(octets.prefix(count)))
            }
        }
        for (place, error) in [
            (0, FrameRecordError.unknownVersion(99)), (1, .unknownDirection(99)), (5, .transactionID(99)),
        ] {
            var changed = octets
            changed[place] = 99
            #expect(throws: error) { try FrameRecord(decoding: changed) }
        }
    }

    @Test func measuredValuesSaturateInTheirFields() {
        #expect(FrameRecord.field(-32.46, steps: 0.1) == -325)
        #expect(FrameRecord.field(1e9, steps: 0.1) == .max)
        #expect(FrameRecord.field(-.infinity, steps: 1) == .min)
        #expect(FrameRecord.field(.nan, steps: 1) == 0)
    }

    @Test func theMessageIsReadByDirectionAndFlag() throws {
        #expect(try Self.sample.decodedMessage() == .d2r(.accessRandomID(RandomID(0xABCD))))
        let trigger = R2DMessage.accessTrigger(AccessTrigger(transactionID: TransactionID(2), index: 7))
        let record = FrameRecord(
            direction: .r2d, flags: .crcRight, rate: 6, transactionID: TransactionID(2), message: try trigger.encoded())
        #expect(try record.decodedMessage() == .r2d(trigger))
    }
}
