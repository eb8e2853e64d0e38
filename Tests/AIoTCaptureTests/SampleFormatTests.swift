import AIoTBase
import AIoTCapture
import Testing

@Suite struct SampleFormatTests {
    @Test(arguments: SampleFormat.allCases) func storedOctetsComeBackFromTheirSamples(format: SampleFormat) {
        var generator = SeededGenerator(seed: 1)
        var octets = generator.octets(4_096)
        if format == .cf32le { octets = format.octets(of: octets.map { Float($0) / 7 - 20 }) }
        var decoder = SampleDecoder(format)
        let samples = decoder.decode(octets)
        #expect(samples.count == octets.count / format.octetsPerSample * 2)
        #expect(format.octets(of: samples) == octets)
    }

    @Test(arguments: SampleFormat.allCases, [1, 3, 53, 1_000])
    func blocksOfAnySizeGiveTheSameSamples(format: SampleFormat, size: Int) {
        var generator = SeededGenerator(seed: 2)
        let octets = generator.octets(2_003)
        var whole = SampleDecoder(format)
        var inBlocks = SampleDecoder(format)
        var samples: [Float] = []
        for start in stride(from: 0, to: octets.count, by: size) {
            samples += inBlocks.decode(Array(octets[start..<min(start + size, octets.count)]))
        }
        #expect(samples == whole.decode(octets))
        #expect(inBlocks.begunOctets == octets.count % format.octetsPerSample)
    }

    @Test func integerFormatsHaveTheirFullScaleAtOne() {
        var i8 = SampleDecoder(.ci8)
        #expect(i8.decode([0x80, 0x7F]) == [-1, 127 / 128])
        var u8 = SampleDecoder(.cu8)
        #expect(u8.decode([0x00, 0x80, 0xFF, 0x80]) == [-1, 0, 127 / 128, 0])
        var i16 = SampleDecoder(.ci16le)
        #expect(i16.decode([0x00, 0x80, 0x01, 0x00]) == [-1, 1 / 32_768])
    }

    @Test func whatExceedsFullScaleSaturates() {
        let samples: [Float] = [2, -2, .infinity, -.infinity, .nan, 0.999_999]
        #expect(SampleFormat.ci8.octets(of: samples) == [127, 128, 127, 128, 0, 127])
        #expect(SampleFormat.cu8.octets(of: samples) == [255, 0, 255, 0, 128, 255])
        #expect(
            SampleFormat.ci16le.octets(of: [2, -2, .nan, .greatestFiniteMagnitude]) == [
                255, 127, 0, 128, 0, 0, 255, 127,
            ])
    }

    @Test func aSampleThatIsNotFiniteBecomesZero() {
        let octets = [Float.nan, .infinity, -.infinity, 0.5].flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
        }
        var decoder = SampleDecoder(.cf32le)
        #expect(decoder.decode(octets) == [0, 0, 0, 0.5])
    }

    @Test func bareFilesTellTheirFormatByTheirName() {
        #expect(SampleFormat(fileExtension: "cs8") == .ci8)
        #expect(SampleFormat(fileExtension: "CU8") == .cu8)
        #expect(SampleFormat(fileExtension: "cs16") == .ci16le)
        #expect(SampleFormat(fileExtension: "cf32") == .cf32le)
        #expect(SampleFormat(fileExtension: "wav") == nil)
    }
}
