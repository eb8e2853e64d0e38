import AIoTCapture
import Testing
import Transceiver

@Suite struct SampleConverterTests {
    private static func floats(_ octets: [UInt8], _ format: StreamFormat, room: Int = 16) -> [Float] {
        var floats = [Float](repeating: -9, count: room)
        let count = octets.withUnsafeBytes { octets in
            floats.withUnsafeMutableBufferPointer { SampleConverter(format).convert(octets, into: $0) }
        }
        return Array(floats[..<(2 * count)])
    }

    @Test func everyFormatIsOneAtFullScale() {
        #expect(Self.floats([0x80, 0x40, 0, 0x7F], .ci8) == [-1, 0.5, 0, 127 / 128])
        #expect(Self.floats([0, 0xC0, 128, 255], .cu8) == [-1, 0.5, 0, 127 / 128])
        #expect(Self.floats([0x00, 0xF8, 0x00, 0x04], .ci12) == [-1, 0.5])
        #expect(Self.floats([0x00, 0x80, 0x00, 0x40], .ci16) == [-1, 0.5])
        let float = StreamFormat(.cf32le, fullScale: 1)
        #expect(Self.floats([0, 0, 0x80, 0x3F, 0, 0, 0x80, 0x7F], float) == [1, 0], "what is not finite is nothing")
    }

    private static func octets(_ floats: [Float], _ format: StreamFormat) -> [UInt8] {
        var octets = [UInt8](repeating: 0, count: 64)
        let count = floats.withUnsafeBufferPointer { floats in
            octets.withUnsafeMutableBytes { SampleConverter(format).convert(floats, into: $0) }
        }
        return Array(octets[..<(count * format.octetsPerSample)])
    }

    @Test func everyFormatComesBackAsItWas() {
        for format in [StreamFormat.ci8, .cu8, .ci12, .ci16, StreamFormat(.cf32le, fullScale: 4)] {
            #expect(Self.floats(Self.octets([-1, 0.5, 0, -0.25], format), format) == [-1, 0.5, 0, -0.25])
        }
    }

    @Test func whatIsBeyondFullScaleSaturatesAndNothingTraps() {
        #expect(Self.octets([2, -2, .infinity, -.infinity], .ci8) == [127, 0x80, 127, 0x80])
        #expect(Self.octets([2, -2], .cu8) == [255, 0])
        #expect(Self.octets([1e30, -1e30], .ci12) == [0xFF, 0x07, 0x00, 0xF8])
        #expect(Self.octets([.nan, .nan], .ci16).count == 4)
    }

    @Test func onlyWholeSamplesThatFitAreTaken() {
        #expect(Self.floats([64, 64, 64], .ci8) == [0.5, 0.5])
        #expect(Self.floats([1, 2, 3, 4, 5, 6], .ci8, room: 3).count == 2)
        #expect(Self.floats([], .ci16).isEmpty)
    }
}
