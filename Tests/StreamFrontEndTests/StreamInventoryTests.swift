import AIoTDevice
import AIoTF
import AIoTPhy
import AIoTReader
import EmulatedAir
import RadioFrontEnd
import StreamFrontEnd
import Testing
import Transceiver

@Suite(.serialized) struct StreamInventoryTests {
    @Test func anInventoryOf10DevicesThroughOneBoxFindsEachAndTheCarrierHasNoGap() throws {
        var bench = try InventoryBench(devices: 10, seed: 3, keepsSent: true) { .fullDuplex(devices: $0) }
        bench.run()
        bench.radio.end()
        let hasFoundAll = bench.hasFoundAll
        #expect(hasFoundAll, "\(bench.results.count) found; \(bench.radio.frontEnd.counters)")
        try expectWholeCarrier(bench, format: .ci16)
        let counters = bench.radio.frontEnd.counters
        #expect(counters.framesSent == Int64(bench.transmissions.count))
        #expect(counters.framesNotHeard == 0 && counters.receiveGaps == 0 && counters.jumps == 0)
        let now = bench.radio.now
        #expect(bench.outcomes.allSatisfy { $0.end <= now }, "never ahead of the loop's clock")
    }

    @Test(arguments: [(20.0, 1_500.0), (-20, -1_500)])
    func anInventoryOf10DevicesThroughTwoBoxesOfTwoCrystalsFindsEach(ppm: Double, offsetHz: Double) throws {
        var bench = try InventoryBench(devices: 10, seed: 4, keepsSent: true) {
            .twoBoxes(devices: $0, clockErrorPPM: ppm, frequencyOffsetHz: offsetHz)
        }
        bench.run()
        bench.radio.end()
        let hasFoundAll = bench.hasFoundAll
        #expect(hasFoundAll, "\(bench.results.count) found; \(bench.radio.frontEnd.counters)")
        try expectWholeCarrier(bench, format: .ci8)
        let drift = bench.radio.frontEnd.driftPPM
        #expect(abs(drift - ppm) < 10, "\(drift) ppm")
    }

    @Test func anInventoryInProgressResumesWhenTheBoxReturnsAndNoAcknowledgedDeviceIsUnreported() throws {
        var bench = try InventoryBench(devices: 6, seed: 5) { .fullDuplex(devices: $0) }
        let boxes = bench.radio.boxes
        var isUnplugged = false
        var reportedBefore = 0
        bench.run { bench in
            if !isUnplugged, !bench.results.isEmpty {
                isUnplugged = true
                boxes.plant(.unplug, box: 0)
            } else if bench.radio.frontEnd.status.state == .absent {
                reportedBefore = bench.results.count
                boxes.plant(.replug, box: 0)
            }
        }
        bench.radio.end()
        let hasFoundAll = bench.hasFoundAll
        #expect(hasFoundAll, "\(bench.results.count) found, \(reportedBefore) before it was unplugged")
        #expect((1..<6).contains(reportedBefore))
        let reported = Set(bench.results.map(\.deviceID))
        let unreported = boxes.devices.filter {
            $0.acknowledgedNonce1 != nil && !reported.contains($0.provisioning.deviceID)
        }
        #expect(unreported.isEmpty)
    }

    /// The octets on the air, read by a device's demodulator: all frames in their order, in one carrier without a gap,
    /// but for those of soundings before it.
    private func expectWholeCarrier(_ bench: InventoryBench, format: StreamFormat) throws {
        let octets = bench.radio.sent
        let size = format.octetsPerSample
        let full = format.fullScale * 0.8
        let envelope = octets.withUnsafeBytes { octets in
            stride(from: 0, to: octets.count - size + 1, by: size).map { index in
                size == 2
                    ? Float(octets.load(fromByteOffset: index, as: Int8.self)) / full
                    : Float(octets.loadUnaligned(fromByteOffset: index, as: Int16.self)) / full
            }
        }
        var demodulator = R2DDemodulator(profile: .oursV0, sampleRateHz: 1_920_000)
        let frames = demodulator.push(envelope: envelope)
        let soundings = Int(bench.radio.frontEnd.counters.soundings)
        #expect(!frames.contains { !$0.crcRight })
        let isComplete = frames.dropFirst(soundings).map(\.octets) == bench.transmissions.map(\.octets)
        #expect(isComplete, "\(frames.count) frames on the air")
        let first = try #require(frames.dropFirst(soundings).first)
        let last = try #require(frames.last)
        let whole = envelope[Int(first.startSample)..<Int(last.endSample)]
        let lowest = whole.min() ?? 0
        #expect(lowest > 0.04, "the carrier has a gap")
    }
}
