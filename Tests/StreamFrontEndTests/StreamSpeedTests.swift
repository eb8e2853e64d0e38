import AIoTBase
import AIoTPhy
import StreamFrontEnd
import Testing
import Transceiver

/// What streaming costs; the figures are printed, and bounded loosely in any build.
@Suite struct StreamSpeedTests {
    @Test(arguments: [2e6, 20e6])
    func aTenthOfASecondOf8BitSamplesIsConvertedAndListenedTo(rate: Double) {
        let count = Int(rate / 10)
        let octets = (0..<2 * count).map { UInt8(truncatingIfNeeded: $0.isMultiple(of: 2) ? 60 + $0 % 3 : 20) }
        var side = ReceiveSide(profile: .oursV0, sampleRateHz: rate, hasCommonClock: true, latencySamples: 0)
        let converter = SampleConverter(.ci8)
        var floats = [Float](repeating: 0, count: 8_192)
        var converting = Duration.zero
        let start = ContinuousClock.now
        octets.withUnsafeBytes { octets in
            floats.withUnsafeMutableBufferPointer { floats in
                for begin in stride(from: 0, to: octets.count, by: 8_192) {
                    let block = UnsafeRawBufferPointer(rebasing: octets[begin..<min(begin + 8_192, octets.count)])
                    let before = ContinuousClock.now
                    let count = converter.convert(block, into: floats)
                    converting += ContinuousClock.now - before
                    _ = side.push(UnsafeBufferPointer(rebasing: floats[..<(2 * count)]), at: .zero)
                }
            }
        }
        let took = ContinuousClock.now - start
        print("0.1 s at \(Int(rate / 1e6)) MS/s received in \(took), of which converting \(converting)")
        #expect(took < .seconds(20))
    }
}
