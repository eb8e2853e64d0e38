import AIoTAir
import AIoTPhy
import Foundation
import Testing

/// What a radio does to samples, by the place of a sample in the stream alone.
@Suite struct ImpairmentsTests {
    private static let sampleRateHz = 1.92e6

    private static func all(seed: UInt64 = 7) -> Impairments {
        var impairments = Impairments(sampleRateHz: sampleRateHz, seed: seed, deviceAmplitude: 0.02)
        impairments.impulses = .init(perSecond: 3_000, levelDB: 20, seconds: 30e-6)
        impairments.carrierOffsetHz = 1_234
        impairments.dcOffset = (0.03, -0.01)
        impairments.setNoise(snrDB: 12, bitRateHz: 60_000)
        impairments.quantisation = .init(bits: 8)
        impairments.leakDrift = .init(amplitudeDB: 2, phaseDegrees: 40, timeScaleSeconds: 2e-3)
        return impairments
    }

    /// Samples of a constant after impairment, made in blocks of these lengths in turn.
    private func made(_ impairments: Impairments, count: Int, blocks: [Int], first: Int = 0) -> [Float] {
        var samples: [Float] = []
        var turn = 0
        while samples.count < 2 * count {
            var block = [Float](repeating: 0.25, count: 2 * min(blocks[turn % blocks.count], count - samples.count / 2))
            block.withUnsafeMutableBufferPointer { buffer in
                impairments.apply(to: buffer, firstSample: first + samples.count / 2)
            }
            samples += block
            turn += 1
        }
        return samples
    }

    private func factors(_ impairments: Impairments, first: Int, count: Int) -> [Float] {
        var factors: [Float] = []
        impairments.forEachLeakFactor(firstSample: first, count: count) { index, factor in
            #expect(index * 2 == factors.count)
            factors += [factor.re, factor.im]
        }
        return factors
    }

    @Test func blocksOfAnySizeGiveTheSameSamples() {
        let whole = made(Self.all(), count: 20_000, blocks: [20_000])
        #expect(made(Self.all(), count: 20_000, blocks: [1, 255, 4_096, 37]) == whole)
        #expect(made(Self.all(), count: 5_000, blocks: [999], first: 15_000) == Array(whole.suffix(10_000)))
        #expect(made(Self.all(seed: 8), count: 20_000, blocks: [20_000]) != whole)
    }

    @Test func blocksOfAnySizeGiveTheSameDrift() {
        let whole = factors(Self.all(), first: 0, count: 9_000)
        #expect(factors(Self.all(), first: 0, count: 100) == Array(whole.prefix(200)))
        #expect(factors(Self.all(), first: 4_321, count: 9_000 - 4_321) == Array(whole.dropFirst(2 * 4_321)))
    }

    @Test func nothingHappensUntilSomethingIsAskedFor() {
        let off = Impairments(sampleRateHz: Self.sampleRateHz, seed: 1)
        #expect(made(off, count: 1_000, blocks: [100]).allSatisfy { $0 == 0.25 })
        #expect(factors(off, first: 5, count: 3) == [1, 0, 1, 0, 1, 0])
    }

    @Test func theLeakDriftsAsFarAsItMayAndNoFurther() {
        let factors = factors(Self.all(), first: 0, count: 400_000)
        let pairs = stride(from: 0, to: factors.count, by: 2).map { (Double(factors[$0]), Double(factors[$0 + 1])) }
        let levels = pairs.map { 20 * log10(hypot($0.0, $0.1)) }
        let phases = pairs.map { atan2($0.1, $0.0) * 180 / .pi }
        #expect((levels.max() ?? 9) <= 2.01 && (levels.max() ?? 0) > 1.2 && (levels.min() ?? 0) < -1.2)
        #expect((phases.max() ?? 99) <= 40.1 && (phases.max() ?? 0) > 24 && (phases.min() ?? 0) < -24)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { abs($0 - $1) < 0.01 }, "a leak does not jump")
    }

    @Test func impulsesComeAsOftenAndAsStrongAsAskedFor() {
        let impairments = Impairments(sampleRateHz: Self.sampleRateHz, seed: 3, deviceAmplitude: 0.02).with {
            $0.impulses = .init(perSecond: 500, levelDB: 20, seconds: 20e-6)
        }
        let samples = made(impairments, count: 1_920_000, blocks: [65_536])
        let hit = stride(from: 0, to: samples.count, by: 2).filter { samples[$0] != 0.25 || samples[$0 + 1] != 0.25 }
        // 500 of them, 38 samples long each; a few overlap.
        #expect((16_000...22_000).contains(hit.count), "\(hit.count)")
        let levels = hit.map { hypot(samples[$0] - 0.25, samples[$0 + 1] - 0.25) }
        #expect(levels.filter { abs($0 - 0.2) < 0.001 }.count > hit.count * 9 / 10)
    }

    @Test func theNoiseIsWhatTheSNRSays() {
        let impairments = Impairments(sampleRateHz: Self.sampleRateHz, seed: 3, deviceAmplitude: 0.02).with {
            $0.setNoise(snrDB: 10, bitRateHz: 60_000)
        }
        let samples = made(impairments, count: 200_000, blocks: [65_536]).map { Double($0) - 0.25 }
        let power = samples.reduce(0) { $0 + $1 * $1 } / 200_000
        // h^2 * T_bit / N0 = 10, N0 = power / sample rate.
        let snr = 0.02 * 0.02 / 60_000 / (power / Self.sampleRateHz)
        #expect(abs(10 * log10(snr) - 10) < 0.1)
    }

    @Test func aConverterHasStepsAndAnEnd() {
        let converter = Impairments(sampleRateHz: Self.sampleRateHz, seed: 3).with {
            $0.quantisation = .init(bits: 8, fullScale: 0.5)
        }
        var samples: [Float] = [0.1, 0.499, 0.7, -0.7, .nan, -.infinity]
        samples.withUnsafeMutableBufferPointer { converter.apply(to: $0, firstSample: 0) }
        let step: Float = 0.5 / 128
        #expect(samples == [26 * step, 127 * step, 127 * step, -0.5, 0, -0.5])
    }

    /// The air with an impairment more than usual, carrier on, in blocks of so many samples.
    private func air(block: Int, _ change: (inout SampleAirConditions) -> Void) -> [Float] {
        var conditions = SampleAirConditions()
        conditions.carrierOffsetHz = 700
        change(&conditions)
        var air = SampleAir(
            devices: [], conditions: conditions, profile: .oursV0, sampleRateHz: Self.sampleRateHz, seed: 4)
        var samples: [Float] = []
        while samples.count < 24_000 {
            let carrier = [Float](repeating: 1, count: min(block, 12_000 - samples.count / 2))
            var received = [Float](repeating: 0, count: 2 * carrier.count)
            carrier.withUnsafeBufferPointer { carrier in
                received.withUnsafeMutableBufferPointer { air.process(carrier: carrier, received: $0) }
            }
            samples += received
        }
        return samples
    }

    @Test func theSimulatedAirTakesEachOfThemInBlocksOfAnySize() {
        let changes: [(inout SampleAirConditions) -> Void] = [
            { $0.leakDrift = .init(amplitudeDB: 1, phaseDegrees: 20, timeScaleSeconds: 5e-3) },
            { $0.impulses = .init(perSecond: 2_000, levelDB: 20, seconds: 20e-6) },
            { $0.quantisation = .init(bits: 8) },
        ]
        let usual = air(block: 12_000) { _ in }
        for change in changes {
            let changed = air(block: 12_000, change)
            #expect(changed != usual)
            #expect(zip(air(block: 777, change), changed).allSatisfy { abs($0 - $1) <= 1.0 / 128 })
        }
    }
}
