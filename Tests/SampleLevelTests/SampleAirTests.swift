import AIoTAir
import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import Foundation
import Testing

/// The simulated air at sample level, heard by the receiver.
@Suite struct SampleAirTests {
    @Test(arguments: [0, 1], [1.92e6, 2e6, 2.4e6, 3.2e6])
    func aBurstIsDecodedAtTheSNRThatWasAskedFor(device: Int, sampleRateHz: Double) throws {
        var bench = try SampleAirBench(devices: 2, sampleRateHz: sampleRateHz)
        bench.air.setPresent(false, device: 1 - device)
        var twin = bench.population.devices[device]
        let sent = try #require(twin.receive(bench.paging) as DeviceTransmission?)
        let burst = try #require(bench.page().burst)
        #expect(burst.crcRight && burst.octets == sent.message)
        #expect(abs(burst.measurement.snrDB - 15) < 2, "\(burst.measurement.snrDB) dB")
        #expect(abs(burst.measurement.clockError - twin.clockError) < 1e-3)
        #expect(abs(burst.measurement.powerDB - -30) < 1)
    }

    @Test func aDeviceStartsOnItsOwnClock() throws {
        var bench = try SampleAirBench(devices: 1, seed: 2)
        let frameEnd = try bench.send(bench.paging)
        bench.expect(afterSample: frameEnd)
        let burst = try #require(bench.judged(bench.hold(seconds: 2e-3)).burst)
        let error = bench.population.devices[0].clockError
        #expect(abs(error) > 0.002, "the seed gives no clock error to see")
        let expected = frameEnd / bench.sampleRateHz + 250e-6 / (1 + error)
        #expect(abs(burst.start.seconds - expected) < 2e-6)
        let nominal = SampleAirBench.format.duration(in: .oursV0).seconds
        #expect(abs(burst.duration.seconds - nominal / (1 + error)) < 2e-6)
    }

    @Test func aBurstIsDecodedUnderACommonFrequencyOffset() throws {
        for offset in [-3_000.0, 2_500] {
            var conditions = SampleAirBench.plain(snrDB: 20)
            conditions.carrierOffsetHz = offset
            var bench = try SampleAirBench(devices: 1, conditions: conditions)
            let burst = try #require(bench.page().burst)
            #expect(abs(burst.measurement.carrierOffsetHz - offset) < 100)
        }
    }

    @Test func burstsInOneOccasionAddUp() throws {
        func heard(present: Set<Int>) throws -> [Float] {
            var bench = try SampleAirBench(devices: 2)
            for device in 0..<2 where !present.contains(device) { bench.air.setPresent(false, device: device) }
            _ = try bench.send(bench.paging)
            return bench.samples([Float](repeating: 1, count: 3_000))
        }
        let none = try heard(present: [])
        let first = try heard(present: [0])
        let second = try heard(present: [1])
        let both = try heard(present: [0, 1])
        #expect(first != none && second != none)
        for index in both.indices {
            let sum = first[index] + second[index] - none[index]
            #expect(abs(both[index] - sum) < 1e-6)
        }
    }

    @Test func aStrongerBurstIsDecodedInACollision() throws {
        for seed in UInt64(1)...6 {
            var bench = try SampleAirBench(devices: 3, seed: seed)
            bench.air.setPower(dB: 15, device: 2)
            var twin = bench.population.devices[2]
            let sent = try #require(twin.receive(bench.paging) as DeviceTransmission?)
            #expect(try bench.page().burst?.octets == sent.message, "seed \(seed)")
        }
    }

    @Test func aCrowdInOneOccasionIsNeverTakenForNobody() throws {
        for seed in UInt64(1)...6 {
            var bench = try SampleAirBench(devices: 12, seed: seed)
            #expect(try bench.page() != .idle, "seed \(seed)")
        }
    }

    @Test func whereNobodyAnswersNothingIsHeard() throws {
        var bench = try SampleAirBench(devices: 1)
        bench.air.setPresent(false, device: 0)
        for _ in 0..<10 { #expect(try bench.page() == .idle) }
    }

    // MARK: Carrier

    @Test func carrierLossResetsEveryDevice() throws {
        var bench = try SampleAirBench(devices: 1)
        #expect(try bench.page().burst != nil)
        _ = bench.hold(0, seconds: 60e-6)
        _ = bench.hold(seconds: 1e-3)
        #expect(try bench.page().burst != nil, "60 µs are bridged")
        _ = bench.hold(0, seconds: 120e-6)
        _ = bench.hold(seconds: 1e-3)
        #expect(try bench.page() == .idle, "the page is no longer fresh, and its round forgotten")
        #expect(bench.air.devices[0].nonVolatile.groupCounters == [1])
    }

    @Test func theOffOfKeyingIsNoCarrierLoss() throws {
        var bench = try SampleAirBench(devices: 1)
        #expect(try bench.page().burst != nil)
        _ = bench.hold(0.05, seconds: 300e-6)
        _ = bench.hold(seconds: 1e-3)
        #expect(try bench.page().burst != nil)
    }

    @Test func aBurstEndsWithTheCarrierAndDoesNotComeBackWithIt() throws {
        var bench = try SampleAirBench(devices: 1, conditions: SampleAirBench.plain(snrDB: 60))
        _ = try bench.send(bench.paging)
        _ = bench.hold(seconds: 500e-6)
        _ = bench.hold(0, seconds: 150e-6)
        let rest = bench.samples([Float](repeating: 1, count: 1_000))
        #expect(Self.spread(rest) < 1e-3, "nothing is reflected any more")
    }

    @Test func aDeviceThatLeavesTheFieldStopsReflecting() throws {
        var bench = try SampleAirBench(devices: 1, conditions: SampleAirBench.plain(snrDB: 60))
        _ = try bench.send(bench.paging)
        #expect(Self.spread(bench.samples([Float](repeating: 1, count: 1_000))) > 1e-2)
        bench.air.setPresent(false, device: 0)
        #expect(Self.spread(bench.samples([Float](repeating: 1, count: 1_000))) < 1e-3)
    }

    // MARK: Samples

    @Test func theNoiseHasTheDensityThatTheSNRAsksFor() throws {
        var bench = try SampleAirBench(devices: 1, conditions: SampleAirBench.plain(snrDB: 12))
        let samples = bench.samples([Float](repeating: 1, count: 200_000))
        // N0 = |D/2|^2 T_bit / SNR; the power of a complex sample is N0 times the sample rate.
        let half = 0.5 * pow(10, -30.0 / 20)
        let expected = half * half / 60_000 / pow(10, 1.2) * 2e6
        let measured = Self.spread(samples)
        #expect(abs(measured * measured / expected - 1) < 0.02)
    }

    @Test func anyBlockSizeGivesTheSameSamplesAndTheSameSeedToo() throws {
        func run(blockLength: Int) throws -> [Float] {
            var conditions = SampleAirBench.plain()
            conditions.carrierOffsetHz = 1_234
            var bench = try SampleAirBench(devices: 3, conditions: conditions)
            bench.blockLength = blockLength
            let waveform = try R2DModulator.waveform(of: bench.paging.encoded(), chipsPerSymbol: 24, in: .oursV0)
            var carrier = [Float](repeating: 1, count: 16_000)
            carrier.withUnsafeMutableBufferPointer {
                waveform.render(into: $0, firstSample: 0, startSample: 100.3, sampleRateHz: bench.sampleRateHz)
            }
            // The carrier goes in the middle of the bursts.
            for index in 9_000..<9_400 { carrier[index] = 0 }
            return bench.samples(carrier)
        }
        let whole = try run(blockLength: 16_000)
        #expect(try run(blockLength: 16_000) == whole)
        for length in [1, 53, 4_096] {
            let pieces = try run(blockLength: length)
            let difference = zip(whole, pieces).map { abs($0 - $1) }.max() ?? 1
            #expect(difference < 1e-6, "blocks of \(length) differ by \(difference)")
        }
    }

    @Test func buffersThatDoNotMatchAreLeftAlone() throws {
        var bench = try SampleAirBench(devices: 1)
        let carrier: [Float] = [1, 1]
        var received: [Float] = [7, 7, 7]
        carrier.withUnsafeBufferPointer { levels in
            received.withUnsafeMutableBufferPointer { bench.air.process(carrier: levels, received: $0) }
        }
        #expect(received == [7, 7, 7])
    }

    /// Root of the mean squared distance from the mean.
    private static func spread(_ interleaved: [Float]) -> Double {
        let count = Double(interleaved.count / 2)
        var sum = (re: 0.0, im: 0.0)
        var squares = 0.0
        for index in 0..<interleaved.count / 2 {
            let (re, im) = (Double(interleaved[2 * index]), Double(interleaved[2 * index + 1]))
            sum = (sum.re + re, sum.im + im)
            squares += re * re + im * im
        }
        return (squares / count - (sum.re * sum.re + sum.im * sum.im) / count / count).squareRoot()
    }
}
