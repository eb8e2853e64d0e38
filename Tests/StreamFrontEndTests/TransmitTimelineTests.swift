import AIoTBase
import AIoTPhy
import StreamFrontEnd
import Testing
import Transceiver

@Suite struct TransmitTimelineTests {
    private static let rate = 1_920_000.0
    private static let message: [UInt8] = [0x4F, 0x80, 0, 0, 0x12, 0x34]

    private static func waveform() throws -> KeyedWaveform {
        try R2DModulator.waveform(of: message, chipsPerSymbol: 6, in: .oursV0)
    }

    private static func placed(_ timeline: inout TransmitTimeline, notBefore sample: Int = 0) throws -> Range<Int>? {
        timeline.place(try waveform(), notBefore: sample)
    }

    /// Renders `count` samples in blocks whose sizes `next` gives.
    private static func render(
        _ timeline: inout TransmitTimeline, format: StreamFormat, count: Int, next: () -> Int
    ) -> [UInt8] {
        let size = format.octetsPerSample
        var octets = [UInt8](repeating: 0xAA, count: count * size)
        let begin = timeline.rendered
        octets.withUnsafeMutableBytes { octets in
            var done = 0
            while done < count {
                let block = min(next(), count - done)
                timeline.render(
                    into: UnsafeMutableRawBufferPointer(rebasing: octets[done * size..<(done + block) * size]),
                    firstSample: Int64(begin + done))
                done += block
            }
        }
        return octets
    }

    /// The I components, and whether every Q is zero.
    private static func components(_ octets: [UInt8], _ format: StreamFormat) -> (levels: [Int], isReal: Bool) {
        octets.withUnsafeBytes { octets in
            var levels: [Int] = []
            var isReal = true
            for index in stride(from: 0, to: octets.count, by: format.octetsPerSample) {
                if format.octetsPerSample == 2 {
                    levels.append(Int(octets.load(fromByteOffset: index, as: Int8.self)))
                    isReal = isReal && octets[index + 1] == 0
                } else {
                    levels.append(Int(octets.loadUnaligned(fromByteOffset: index, as: Int16.self)))
                    isReal = isReal && octets.loadUnaligned(fromByteOffset: index + 2, as: Int16.self) == 0
                }
            }
            return (levels, isReal)
        }
    }

    @Test(arguments: [StreamFormat.ci8, .ci16], [1_920_000.0, 2_000_000, 20_000_000])
    func blocksOfAnySizeGiveTheSameOctets(format: StreamFormat, rate: Double) throws {
        let count = Int(0.006 * rate)
        func octets(_ next: () -> Int) throws -> [UInt8] {
            var timeline = TransmitTimeline(format: format, sampleRateHz: rate, amplitude: 0.8)
            timeline.setCarrier(isOn: true)
            _ = try #require(try Self.placed(&timeline))
            _ = try #require(try Self.placed(&timeline, notBefore: count / 2 + 17))
            return Self.render(&timeline, format: format, count: count, next: next)
        }
        let whole = try octets { count }
        for seed in UInt64(1)...20 {
            var generator = SeededGenerator(seed: seed)
            #expect(try octets { Int.random(in: 1...5_000, using: &generator) } == whole, "seed \(seed)")
        }
        #expect(try octets { 1 } == whole)
    }

    @Test(arguments: [StreamFormat.ci8, .ci16])
    func framesLieWhereTheyWerePlacedAndTheCarrierHasNoGap(format: StreamFormat) throws {
        var timeline = TransmitTimeline(format: format, sampleRateHz: Self.rate, amplitude: 0.8)
        var octets = Self.render(&timeline, format: format, count: 1_000) { 300 }
        timeline.setCarrier(isOn: true)
        let first = try #require(try Self.placed(&timeline))
        #expect(first.lowerBound >= 1_000 + Int(TransmitTimeline.leadSeconds * Self.rate))
        octets += Self.render(&timeline, format: format, count: 20_000) { 300 }
        let second = try #require(try Self.placed(&timeline))
        #expect(second.lowerBound - 21_000 < 100, "a later frame waits for no carrier")
        octets += Self.render(&timeline, format: format, count: 20_000) { 300 }
        timeline.setCarrier(isOn: false)
        octets += Self.render(&timeline, format: format, count: 1_000) { 300 }

        let (levels, isReal) = Self.components(octets, format)
        let full = format.fullScale * 0.8
        #expect(isReal)
        #expect(levels[..<1_000].allSatisfy { $0 == 0 })
        #expect(levels[1_000..<41_000].allSatisfy { Float($0) > 0.04 * full && Float($0) < 1.01 * full })
        #expect(levels[41_000...].allSatisfy { $0 == 0 })
        var demodulator = R2DDemodulator(profile: .oursV0, sampleRateHz: Self.rate)
        let frames = demodulator.push(envelope: levels.map { Float($0) / full })
        #expect(frames.map(\.octets) == [Self.message, Self.message] && frames.allSatisfy(\.crcRight))
        for (frame, samples) in zip(frames, [first, second]) {
            #expect(abs(frame.startSample - Double(samples.lowerBound)) < 1)
        }
    }

    @Test func aFrameWithoutCarrierBringsItsOwnWithTheTimeBeforeIt() throws {
        var timeline = TransmitTimeline(format: .ci8, sampleRateHz: Self.rate, amplitude: 0.8)
        let frame = try #require(try Self.placed(&timeline))
        let octets = Self.render(&timeline, format: .ci8, count: frame.upperBound + 1_000) { 997 }
        let (levels, _) = Self.components(octets, .ci8)
        let on = try #require(levels.firstIndex { $0 != 0 })
        let off = try #require(levels.lastIndex { $0 != 0 })
        #expect(frame.lowerBound - on == Int(TransmitTimeline.leadSeconds * Self.rate))
        #expect(off > frame.upperBound && off < frame.upperBound + 300)
        #expect(levels[on...off].allSatisfy { $0 > 0 })
    }

    @Test func switchingOffEndsTheCarrierAndTheFrameAtTheNextSample() throws {
        var timeline = TransmitTimeline(format: .ci8, sampleRateHz: Self.rate, amplitude: 0.8)
        timeline.setCarrier(isOn: true)
        let frame = try #require(try Self.placed(&timeline))
        _ = Self.render(&timeline, format: .ci8, count: frame.lowerBound + 100) { 512 }
        timeline.setCarrier(isOn: false)
        #expect(Self.render(&timeline, format: .ci8, count: 5_000) { 512 }.allSatisfy { $0 == 0 })
    }

    @Test func offAndOnAtOnceIsLongEnoughForEveryDevice() throws {
        var timeline = TransmitTimeline(format: .ci8, sampleRateHz: Self.rate, amplitude: 0.8)
        timeline.setCarrier(isOn: true)
        _ = Self.render(&timeline, format: .ci8, count: 1_000) { 512 }
        timeline.setCarrier(isOn: false)
        timeline.setCarrier(isOn: true)
        let pause = Int(TransmitTimeline.breakSeconds * Self.rate)
        let (levels, _) = Self.components(Self.render(&timeline, format: .ci8, count: pause + 100) { 512 }, .ci8)
        #expect(levels[..<pause].allSatisfy { $0 == 0 } && levels[pause...].allSatisfy { $0 > 0 })
    }

    @Test func anInterruptionIsLongEnoughForEveryDeviceAndTheCarrierReturns() throws {
        var timeline = TransmitTimeline(format: .ci8, sampleRateHz: Self.rate, amplitude: 0.8)
        timeline.setCarrier(isOn: true)
        _ = Self.render(&timeline, format: .ci8, count: 1_000) { 512 }
        timeline.interrupt(seconds: 0.001)
        let frame = try #require(try Self.placed(&timeline))
        #expect(frame.lowerBound >= 1_000 + 1_920 + 576)
        let (levels, _) = Self.components(Self.render(&timeline, format: .ci8, count: 4_000) { 77 }, .ci8)
        #expect(levels[..<1_920].allSatisfy { $0 == 0 } && levels[1_920...].allSatisfy { $0 > 0 })
    }

    @Test func moreFramesThanCanWaitAreRefused() throws {
        var timeline = TransmitTimeline(format: .ci8, sampleRateHz: Self.rate, amplitude: 0.8)
        timeline.setCarrier(isOn: true)
        let placed = try (0..<10).map { _ in try Self.placed(&timeline) }
        #expect(placed.compactMap(\.self).count == 4)
        for (before, after) in zip(placed.prefix(4), placed.prefix(4).dropFirst()) {
            let (before, after) = (try #require(before), try #require(after))
            #expect(before.upperBound <= after.lowerBound, "frames do not overlap")
        }
    }

    /// A bound that no build breaks where nothing is wrong: a carrier costs a hundredth of this.
    @Test func aCarrierIsRenderedManyTimesFasterThanItIsSent() {
        var timeline = TransmitTimeline(format: .ci8, sampleRateHz: 20_000_000, amplitude: 0.8)
        timeline.setCarrier(isOn: true)
        var octets = [UInt8](repeating: 0, count: 262_144)
        let start = ContinuousClock.now
        octets.withUnsafeMutableBytes { octets in
            for block in 0..<153 { timeline.render(into: octets, firstSample: Int64(block * 131_072)) }
        }
        let took = ContinuousClock.now - start
        print("one second of carrier at 20 MS/s, 8 bits, rendered in \(took)")
        #expect(took < .seconds(1))
    }
}
