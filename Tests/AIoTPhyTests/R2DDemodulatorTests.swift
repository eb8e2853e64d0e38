import AIoTBase
import AIoTPhy
import Foundation
import Testing

@Suite struct R2DDemodulatorTests {
    /// A stream of one frame as a receiver hears it, interleaved.
    struct Scene {
        var message: [UInt8] = [0x57, 0x00, 0x01]
        var chips = 12
        var rate = 1.92e6
        var start = 700.4
        var dc = (re: 0.0, im: 0.0)
        var offsetHz = 0.0
        var noise = 0.003
        var clock = 1.0

        func samples(seed: UInt64 = 1) throws -> [Float] {
            let wave = try R2DModulator.waveform(of: message, chipsPerSymbol: chips, in: .oursV0)
            var levels = [Float](repeating: 0, count: Int(start + wave.seconds * rate / clock) + 1_000)
            levels.withUnsafeMutableBufferPointer {
                wave.render(into: $0, firstSample: 0, startSample: start, sampleRateHz: rate / clock)
            }
            var generator = SeededGenerator(seed: seed)
            return levels.enumerated().flatMap { index, level -> [Float] in
                let angle = 0.7 + 2 * Double.pi * offsetHz * Double(index) / rate
                let re = dc.re + Double(level) * cos(angle) + noise * gaussian(&generator)
                let im = dc.im + Double(level) * sin(angle) + noise * gaussian(&generator)
                return [Float(re), Float(im)]
            }
        }

        private func gaussian(_ generator: inout SeededGenerator) -> Double {
            (0..<12).reduce(-6) { sum, _ in sum + generator.uniform() } / 2.0.squareRoot()
        }

        func frames(block: Int = 4_000) throws -> [R2DFrame] {
            var demodulator = R2DDemodulator(profile: .oursV0, sampleRateHz: rate)
            let samples = try samples()
            return samples.withUnsafeBufferPointer { all in
                stride(from: 0, to: all.count, by: 2 * block).flatMap { first in
                    demodulator.push(UnsafeBufferPointer(rebasing: all[first..<min(first + 2 * block, all.count)]))
                }
            }
        }

        func expectFound() throws {
            let frames = try frames()
            let frame = try #require(frames.count == 1 ? frames.first : nil, "\(self): \(frames)")
            #expect(frame.octets == message && frame.crcRight && frame.chipsPerSymbol == chips)
            let seconds = R2DCoding.frameSeconds(messageOctets: message.count, chipsPerSymbol: chips, in: .oursV0)
            #expect(abs(frame.startSample - start) < 0.5, "start off by \(frame.startSample - start)")
            let end = start + seconds * rate / clock
            #expect(abs(frame.endSample - end) < 0.5, "end off by \(frame.endSample - end)")
        }
    }

    @Test(arguments: [1e6, 1.92e6, 2e6, 2.4e6, 3.2e6])
    func everyMIsFoundAtAnyRate(rate: Double) throws {
        for chips in AirProfile.oursV0.r2dChipsPerSymbol { try Scene(chips: chips, rate: rate).expectFound() }
    }

    @Test func aDCOffsetAndATurningCarrierDoNotMatter() throws {
        for dc in [0.3, -0.5, 1.5] {
            for offset in [0.0, 40, -700, 5_000, -5_000] {
                try Scene(dc: (dc, -0.2), offsetHz: offset).expectFound()
                try Scene(chips: 2, dc: (dc, 0.1), offsetHz: offset).expectFound()
            }
        }
    }

    @Test func theSendersClockIsFollowed() throws {
        for clock in [0.95, 0.98, 1.02, 1.05] { try Scene(message: [UInt8](0..<40), clock: clock).expectFound() }
    }

    @Test func theBlockSizeChangesNothing() throws {
        let scene = Scene(message: [0x16, 0x02], chips: 24)
        let whole = try scene.frames(block: 100_000)
        #expect(whole.count == 1)
        for block in [1, 53, 977] { #expect(try scene.frames(block: block) == whole) }
    }

    @Test func aFrameIsHeardInStrongNoise() throws {
        for seed in 1...3 { try Scene(start: 800.25 + Double(seed), noise: 0.15).expectSameOctets() }
    }

    @Test func noiseAndAnIdleCarrierGiveNoFrame() throws {
        var generator = SeededGenerator(seed: 5)
        for carrier in [0.0, 1.0] {
            var demodulator = R2DDemodulator(profile: .oursV0, sampleRateHz: 1e6)
            let samples = (0..<40_000).map { _ in Float(carrier + generator.uniform() - 0.5) }
            #expect(samples.withUnsafeBufferPointer { demodulator.push($0) }.isEmpty)
        }
    }
}

extension R2DDemodulatorTests.Scene {
    func expectSameOctets() throws {
        #expect(try frames().map(\.octets) == [message])
    }
}
