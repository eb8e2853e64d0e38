import AIoTBase
import NGAP
import Testing

/// Expected octets are those of an ASN.1 compiler for the same types, or worked by hand from X.691 where it says so.
@Suite struct PERTests {
    @Test(arguments: [
        (0, 0...65_535, "000000"), (65_535, 0...65_535, "00ffff"), (65_536, 0...65_535, "8003010000"),
        (-1, 0...65_535, "8001ff"), (-129, 0...65_535, "8002ff7f"), (100_000, 0...65_535, "80030186a0"),
        (1, 1...256, "0000"), (256, 1...256, "00ff"), (257, 1...256, "80020101"), (300, 1...256, "8002012c"),
        (65_535, 1...65_535, "00fffe"), (65_536, 1...65_535, "8003010000"),
    ])
    func integersBeyondTheRootAreExtensionsWithALength(
        value: Int, root: ClosedRange<Int>, octets: String
    ) throws {
        var writer = PERWriter()
        try writer.extensible(value, root: root)
        #expect(Hex.encoded(writer.octets) == octets)
        var reader = PERReader(writer.octets)
        #expect(try reader.extensible(root: root) == value)
    }

    @Test(arguments: [
        (0, "0000"), (255, "00ff"), (256, "400100"), (65_536, "80010000"), (16_777_216, "c001000000"),
        (4_294_967_295, "c0ffffffff"),
    ])
    func deviceIDsTakeAsFewOctetsAsTheyNeed(value: Int, octets: String) throws {
        var writer = PERWriter()
        try writer.constrained(value, 0...0xFFFF_FFFF)
        #expect(Hex.encoded(writer.octets) == octets)
        var reader = PERReader(writer.octets)
        #expect(try reader.constrained(0...0xFFFF_FFFF) == value)
    }

    @Test func aRangeOf255TakesBitsAndOneOf256AnAlignedOctet() throws {
        var writer = PERWriter()
        writer.flag(true)
        try writer.constrained(200, 0...254)
        writer.flag(true)
        try writer.constrained(200, 0...255)
        // 1 11001000 1 and padding, then the octet.
        #expect(writer.octets == [0b1110_0100, 0b0100_0000, 200])
        var reader = PERReader(writer.octets)
        #expect(try reader.flag())
        #expect(try reader.constrained(0...254) == 200)
        #expect(try reader.flag())
        #expect(try reader.constrained(0...255) == 200)
    }

    @Test func aMixOfFieldsAlignsWhereTheAlignedVariantDoes() throws {
        var writer = PERWriter()
        writer.flag(false)
        try writer.constrained(5, 0...65_535)
        writer.flag(true)
        try writer.constrained(70_000, 0...0xFFFF_FFFF)
        try writer.extensible(300, root: 1...256)
        #expect(Hex.encoded(writer.octets) == "000005c00111708002012c")
    }

    @Test func octetStringsOfTwoOctetsAreUnalignedAndOfThreeAligned() throws {
        var writer = PERWriter()
        writer.bits(0b01, 2)
        try writer.fixedOctets([0x61, 0x62, 0x63], 3)
        try writer.fixedOctets([0x64, 0x65], 2)
        #expect(Hex.encoded(writer.octets) == "406162636465")
        var unaligned = PERWriter()
        unaligned.flag(true)
        try unaligned.fixedOctets([0xFF, 0x00], 2)
        #expect(unaligned.octets == [0xFF, 0x80, 0x00])
    }

    @Test(arguments: [(1, "00000080"), (9, "000008ff80"), (17, "000010ffff80")])
    func bitStringsOfAnySizeAreAlignedBehindTheirLength(count: Int, octets: String) throws {
        let full = [UInt8](repeating: 0xFF, count: count / 8) + [0x80]
        var writer = PERWriter()
        try writer.bitString(NGAPBitString(octets: full, bitCount: count), sizes: 1...1_024, isExtensible: true)
        #expect(Hex.encoded(writer.octets) == octets)
        var reader = PERReader(writer.octets)
        #expect(
            try reader.bitString(sizes: 1...1_024, isExtensible: true) == NGAPBitString(octets: full, bitCount: count))
    }

    @Test func aBitStringBeyondItsSizesHasAGeneralLength() throws {
        let long = NGAPBitString(octets: [UInt8](repeating: 0x55, count: 129))
        var writer = PERWriter()
        try writer.bitString(long, sizes: 1...1_024, isExtensible: true)
        // X.691 16.6: extension bit, then the general length 1032 and the bits, aligned.
        #expect(Hex.encoded(writer.octets) == "808408" + String(repeating: "55", count: 129))
        var reader = PERReader(writer.octets)
        #expect(try reader.bitString(sizes: 1...1_024, isExtensible: true) == long)
    }

    @Test func shortFixedBitStringsAreUnaligned() throws {
        var writer = PERWriter()
        writer.flag(false)
        try writer.bitString(NGAPBitString(octets: [0xFF, 0xC0], bitCount: 10), sizes: 10...10, isExtensible: false)
        #expect(writer.octets == [0x7F, 0xE0])
    }

    @Test func extensionValuesOfEnumerationsAreNormallySmall() throws {
        // 66 and above worked by hand from X.691 11.6.2: one bit, then length and octets, aligned.
        for (value, octets) in [(0, "00"), (1, "40"), (2, "80"), (65, "bf"), (66, "c00140"), (400, "c002018e")] {
            var writer = PERWriter()
            try writer.enumerated(value, root: 2, isExtensible: true)
            #expect(Hex.encoded(writer.octets) == octets)
            var reader = PERReader(writer.octets)
            #expect(try reader.enumerated(root: 2, isExtensible: true) == value)
        }
    }

    @Test func extensionAdditionsAreReadPast() throws {
        // One of two, both of two, and the last of 70 (the length of that bitmap worked by hand from X.691 11.9.3.4).
        for octets in ["c0c00107", "c0e001070180", "e0460000000000000000040105"] {
            var reader = PERReader(try #require(Hex.decoded(octets)))
            #expect(try reader.flag())
            #expect(try reader.flag())
            try reader.skipAdditions()
            #expect(reader.untouchedOctets == 0)
        }
    }

    @Test func lengthsOf128TakeTwoOctetsAndFragmentsAreRefused() throws {
        for (count, octets) in [(127, "7f"), (128, "8080"), (16_383, "bfff")] {
            var writer = PERWriter()
            try writer.length(count)
            #expect(Hex.encoded(writer.octets) == octets)
        }
        var writer = PERWriter()
        #expect(throws: NGAPEncodingError.tooLong(16_384)) { try writer.length(16_384) }
        var reader = PERReader([0xC1] + [UInt8](repeating: 0, count: 20_000))
        #expect(throws: NGAPDecodingError.fragmented) { try reader.octetString() }
    }

    @Test func namesAreOctetsBehindAnAlignedLength() throws {
        var writer = PERWriter()
        try writer.characters("A", sizes: 1...150)
        #expect(Hex.encoded(writer.octets) == "000041")
        let long = String(repeating: "n", count: 151)
        var extended = PERWriter()
        try extended.characters(long, sizes: 1...150)
        #expect(extended.octets.prefix(3) == [0x80, 0x80, 151])
        var reader = PERReader(extended.octets)
        #expect(try reader.characters(sizes: 1...150) == long)
    }
}
