import AIoTBase
import AIoTPhy
import Testing

@Suite struct WaveformTests {
    @Test func anR2DFrameLastsAsLongAsItsChips() throws {
        let wave = try R2DModulator.waveform(of: [0x57, 0, 1], chipsPerSymbol: 12, in: .oursV0)
        #expect(abs(wave.seconds - R2DCoding.frameSeconds(messageOctets: 3, chipsPerSymbol: 12, in: .oursV0)) < 1e-12)
        #expect(abs(wave.edges[0] - 1.0 / 6 / 15_000) < 1e-12)
        #expect(wave.level(at: 0) == 1)
        #expect(wave.level(at: wave.edges[0] + 1e-9) == 0.05)
        #expect(wave.level(at: wave.seconds - 1e-9) == 1)
        #expect(wave.edges.count.isMultiple(of: 2))
    }

    @Test(arguments: [1e6, 1.92e6, 2.4e6, 3.2e6, 20e6])
    func theAreaOfARenderedFrameIsExactAtAnyRate(rate: Double) throws {
        let wave = try R2DModulator.waveform(of: [0x10, 0x01], chipsPerSymbol: 24, in: .oursV0)
        let start = 100.37
        var levels = [Float](repeating: 0, count: 400 + Int(wave.seconds * rate))
        levels.withUnsafeMutableBufferPointer {
            wave.render(into: $0, firstSample: 0, startSample: start, sampleRateHz: rate)
        }
        var off = 0.0
        for index in stride(from: 0, to: wave.edges.count, by: 2) { off += wave.edges[index + 1] - wave.edges[index] }
        let expected = Double(levels.count) - 0.95 * off * rate
        #expect(abs(levels.reduce(0) { $0 + Double($1) } - expected) < 0.01)
    }

    @Test func aRenderedFrameDoesNotDependOnTheBlocksItIsRenderedIn() throws {
        let format = D2RBurstFormat(rateCode: 5, subcarrierPeriods: 4, transportBlockOctets: 2)
        let wave = try D2RModulator.waveform(of: [1, 2], format: format, clockError: 0.013, in: .oursV0)
        func rendered(_ block: Int) -> [Float] {
            var samples = [Float](repeating: 0, count: 2 * 1_200)
            samples.withUnsafeMutableBufferPointer { all in
                for first in stride(from: 0, to: 1_200, by: block) {
                    let part = UnsafeMutableBufferPointer(rebasing: all[2 * first..<2 * min(first + block, 1_200)])
                    wave.add(gain: (2, -1), to: part, firstSample: first, startSample: 33.3, sampleRateHz: 1.92e6)
                }
            }
            return samples
        }
        let whole = rendered(1_200)
        for block in [1, 7, 100] { #expect(zip(whole, rendered(block)).allSatisfy { abs($0 - $1) < 1e-4 }) }
        #expect(whole.contains(2))
    }

    @Test func aFastClockShortensABurst() throws {
        let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2)
        let nominal = try D2RModulator.waveform(of: [0, 0], format: format, in: .oursV0)
        let fast = try D2RModulator.waveform(of: [0, 0], format: format, clockError: 0.02, in: .oursV0)
        #expect(abs(nominal.seconds - format.duration(in: .oursV0).seconds) < 1e-9)
        #expect(abs(fast.seconds - nominal.seconds / 1.02) < 1e-12)
    }

    @Test func bitZeroStartsReflectingAndBitOneAbsorbing() throws {
        let format = D2RBurstFormat(rateCode: 0, subcarrierPeriods: 1, transportBlockOctets: 1)
        let bits = try D2RCoding.burstBits(of: [0xA5], format: format, in: .oursV0)
        for reflection in ReflectionKind.allCases {
            let wave = try D2RModulator.waveform(of: [0xA5], format: format, reflection: reflection, in: .oursV0)
            let absorbing: Float = reflection == .onOff ? 0 : -1
            for (index, bit) in bits.enumerated() {
                #expect(wave.level(at: (Double(index) + 0.25) / 3_750) == (bit == 0 ? 1 : absorbing))
                #expect(wave.level(at: (Double(index) + 0.75) / 3_750) == (bit == 0 ? absorbing : 1))
            }
        }
    }

    @Test func whatDoesNotFitIsRefused() {
        let format = D2RBurstFormat(rateCode: 0, subcarrierPeriods: 1, transportBlockOctets: 1)
        #expect(throws: AirCodingError.emptyMessage) {
            try R2DModulator.waveform(of: [], chipsPerSymbol: 2, in: .oursV0)
        }
        #expect(throws: AirCodingError.chipsPerSymbol(3)) {
            try R2DModulator.waveform(of: [1], chipsPerSymbol: 3, in: .oursV0)
        }
        #expect(throws: AirCodingError.messageLength(octets: 256, limit: 255)) {
            try R2DCoding.bits(of: [UInt8](repeating: 0, count: 256), in: .oursV0)
        }
        #expect(throws: AirCodingError.messageLength(octets: 2, limit: 1)) {
            try D2RCoding.burstBits(of: [1, 2], format: format, in: .oursV0)
        }
    }
}
