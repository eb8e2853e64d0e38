import AIoTBase
import AIoTCapture
import RadioFrontEnd
import Recording
import StreamFrontEnd
import Testing
import Transceiver

@Suite struct RecorderTests {
    @Test(arguments: [1, 7, 255, 256, 257, 5_000])
    func everySampleIsInTheFileWhateverTheBlocks(samples: Int) throws {
        let rig = try Rig(bufferBlocks: 64)
        while rig.fed < 10_000 { rig.feed(samples) }
        let totals = rig.recorder.finish()
        #expect(rig.numbers() == Array(0..<rig.fed))
        #expect(totals.writtenSamples == rig.fed && totals.lostSamples == 0 && totals.gaps == 0)
        let metadata = try rig.metadata()
        #expect(metadata.format == .ci16le && metadata.sampleRateHz == Rig.rateHz)
        #expect(metadata.sha512 == String(4 * rig.fed, radix: 16))
        #expect(metadata.captures.count == 1 && metadata.annotations.isEmpty)
        #expect(rig.troubles.isEmpty)
    }

    @Test func metadataIsThereBeforeTheEndSoThatACrashLeavesARecording() throws {
        let rig = try Rig()
        rig.feed(until: { rig.disk.octets("r.sigmf-meta") != nil })
        #expect(try rig.metadata().sha512 == nil)
        rig.recorder.finish()
        #expect(try rig.metadata().sha512 != nil)
    }

    @Test func twelveBitsBecomeFullScaleAndDecodeToTheSameValues() throws {
        let rig = try Rig(bufferBlocks: 64, format: .ci12)
        let values: [Int16] = (-2_048...2_047).map { Int16($0).littleEndian }
        values.withUnsafeBytes { rig.recorder.received($0, firstSample: 0) }
        rig.recorder.finish()
        var floats = [Float](repeating: 0, count: values.count)
        let count = floats.withUnsafeMutableBufferPointer { floats in
            values.withUnsafeBytes { SampleConverter(.ci12).convert($0, into: floats) }
        }
        #expect(2 * count == values.count)
        var decoder = SampleDecoder(.ci16le)
        #expect(decoder.decode(rig.disk.octets("r.sigmf-data") ?? []) == floats)
        #expect(floats.first == -1)
    }

    @Test(arguments: [StreamFormat.ci8, .cu8])
    func octetsOfEightBitRadiosAreKeptAsTheyCame(format: StreamFormat) throws {
        let rig = try Rig(bufferBlocks: 64, format: format)
        let octets = (0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        octets.withUnsafeBytes { rig.recorder.received($0, firstSample: 0) }
        rig.recorder.finish()
        #expect(rig.disk.octets("r.sigmf-data") == octets)
        #expect(try rig.metadata().format == format.samples)
    }

    /// Were the radio's thread blocked, which is this one, the test would not end.
    @Test func aSlowDiskCostsCountedSamplesAndNeverTheRadio() throws {
        let disk = ScriptedDisk(isHeld: true)
        let rig = try Rig(disk: disk, bufferBlocks: 16)
        for _ in 0..<100 { rig.feed(100) }
        let held = Int64(16 * Rig.blockSamples)
        #expect(rig.recorder.totals.lostSamples == rig.fed - held)
        disk.hold(false)
        rig.feed(until: { rig.recorder.totals.writtenSamples > held })
        let totals = rig.recorder.finish()
        #expect(totals.writtenSamples + totals.lostSamples == rig.fed)
        #expect(totals.gaps == 1)
        #expect(rig.troubles.count == 1, "told once")

        let captures = try rig.metadata().captures
        try #require(captures.map(\.sampleStart) == [0, held])
        let numbers = rig.numbers()
        #expect(numbers.prefix(Int(held)) == ArraySlice(0..<held))
        let behind = numbers.dropFirst(Int(held))
        let first = try #require(behind.first)
        #expect(behind == ArraySlice(first..<first + Int64(behind.count)))
        #expect(first == held + totals.lostSamples)
        let gap = try #require(try rig.metadata().annotations.first)
        #expect(gap.label == "gap" && gap.sampleStart == held)
        #expect(gap.comment?.hasPrefix("\(totals.lostSamples) samples lost") ?? false)
    }

    @Test func aFullDiskEndsTheRecordingWithWhatThereIs() throws {
        let rig = try Rig(disk: ScriptedDisk(capacity: 3 * Rig.blockOctets), bufferBlocks: 64)
        for _ in 0..<10 { rig.feed(Rig.blockSamples) }
        let totals = rig.recorder.finish()
        #expect(rig.numbers() == Array(0..<Int64(3 * Rig.blockSamples)))
        #expect(totals.writtenSamples == 3 * 256 && totals.lostSamples == 7 * 256)
        #expect(try rig.metadata().sha512 != nil, "the metadata is complete")
        #expect(rig.troubles.first?.contains("no space") ?? false)
    }

    @Test func theLimitEndsTheRecordingAndIsNoLoss() throws {
        let rig = try Rig(bufferBlocks: 64) { $0.limitOctets = 4_002 }
        for _ in 0..<10 { rig.feed(300) }
        let totals = rig.recorder.finish()
        #expect(rig.numbers() == Array(0..<1_000))
        #expect(totals.writtenSamples == 1_000 && totals.lostSamples == 0 && totals.gaps == 0)
        #expect(try rig.metadata().description?.contains("limit") ?? false)
    }

    @Test func gapsOfTheRadioBeginNewCapturesAndAreAnnotated() throws {
        let rig = try Rig(bufferBlocks: 64)
        rig.feed(100)
        rig.recorder.lost(samples: 7)
        rig.feed(100)
        rig.recorder.lost(samples: nil)
        rig.feed(100)
        rig.skip(50)
        rig.feed(100)
        #expect(rig.recorder.finish().gaps == 3)
        let metadata = try rig.metadata()
        #expect(metadata.captures.map(\.sampleStart) == [0, 100, 200, 300])
        #expect(metadata.annotations.map(\.sampleStart) == [100, 200, 300])
        #expect(
            metadata.annotations.map { $0.comment?.prefix(10) ?? "" } == ["7 samples ", "samples lo", "50 samples"])
        #expect(metadata.captures.allSatisfy { $0.datetime?.hasPrefix("2023-11-14T22:13:1") ?? false })
    }

    @Test func aFrameInAGapIsNotAnnotatedAndOneBehindItIsWhereItIs() throws {
        let rig = try Rig(bufferBlocks: 64)
        rig.feed(100)
        rig.skip(50)
        rig.feed(100)
        for place in [90, 120, 160] as [Int64] {
            let frame = AirFrame(
                direction: .r2d(chipsPerSymbol: 6), octets: [UInt8(place)], start: .zero, duration: .microseconds(20))
            rig.recorder.ended(
                RadioOutcome(end: .zero, reports: [], frames: [frame]), receiveSamples: place..<place + 20)
        }
        rig.recorder.finish()
        let frames = try rig.metadata().annotations.filter { $0.label == "R2D" }
        #expect(frames.map(\.sampleStart) == [90, 110])
        #expect(frames.map(\.sampleCount) == [10, 20])
    }

    @Test func aStreamThatBeginsAnewGoesOnInTheSameFile() throws {
        let rig = try Rig(bufferBlocks: 64)
        rig.feed(100)
        rig.recorder.started(format: .ci16, sampleRateHz: Rig.rateHz)
        let octets = [UInt8](repeating: 9, count: 40)
        octets.withUnsafeBytes { rig.recorder.received($0, firstSample: 0) }
        #expect(rig.recorder.finish().writtenSamples == 110)
        let metadata = try rig.metadata()
        #expect(metadata.captures.map(\.sampleStart) == [0, 100])
        #expect(metadata.annotations.isEmpty)
    }

    @Test func aStreamOfAnotherKindEndsTheRecording() throws {
        let rig = try Rig(bufferBlocks: 64)
        rig.feed(100)
        rig.recorder.started(format: .ci8, sampleRateHz: Rig.rateHz)
        rig.feed(100)
        #expect(rig.recorder.finish().writtenSamples == 100)
        #expect(rig.troubles.count == 1)
    }

    @Test func noRecordingIsOverwritten() throws {
        let disk = ScriptedDisk()
        for count in [10, 20] {
            let rig = try Rig(disk: disk)
            rig.feed(count)
            rig.recorder.finish()
        }
        #expect(disk.names == ["r-2.sigmf-data", "r-2.sigmf-meta", "r.sigmf-data", "r.sigmf-meta"])
        #expect(disk.octets("r.sigmf-data")?.count == 40)
    }

    @Test func whereNoSampleCameNoFileIsLeft() throws {
        let disk = ScriptedDisk()
        let recorder = try IQRecorder(RecorderPlan(name: "r"), disk: disk) { _ in }
        recorder.finish()
        #expect(disk.names.isEmpty)
    }
}
