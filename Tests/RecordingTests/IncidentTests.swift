import AIoTBase
import AIoTCapture
import AIoTMac
import AIoTPhy
import AIoTReader
import RadioFrontEnd
import Recording
import Testing

@Suite struct IncidentTests {
    /// 20 ms of memory, which are 20,000 samples; 1 ms before, 2 ms after.
    private func rig(limitOctets: Int64 = 1 << 30, incidents: Int = 100) throws -> Rig {
        try Rig(bufferBlocks: 1_024) { plan in
            var ring = RecorderPlan.Ring(milliseconds: 20)
            ring.preRollMilliseconds = 1
            ring.postRollMilliseconds = 2
            ring.maximumIncidents = incidents
            plan.ring = ring
            plan.limitOctets = limitOctets
        }
    }

    private func outcome(
        _ octets: [UInt8] = [0x55], reports: [OccasionReport] = [.idle, .undecodable]
    ) -> RadioOutcome {
        RadioOutcome(
            end: AirTime(nanoseconds: 1_000_000), reports: reports,
            frames: [
                AirFrame(
                    direction: .r2d(chipsPerSymbol: 6), octets: octets, start: .zero, duration: .microseconds(300))
            ])
    }

    /// Feeds so much that the writing thread has surely seen all that was fed before.
    private func settle(_ rig: Rig, incidents: Int) {
        rig.feed(until: { rig.recorder.totals.incidents + rig.recorder.totals.unsavedIncidents >= incidents })
    }

    @Test func onlyWhatLiesAroundAnUndecodableBurstIsSaved() throws {
        let rig = try rig()
        rig.feed(50_000)
        rig.recorder.ended(outcome(reports: [.idle]), receiveSamples: 40_000..<41_000)
        rig.recorder.ended(outcome(), receiveSamples: 48_000..<49_000)
        settle(rig, incidents: 1)
        #expect(rig.recorder.finish().incidents == 1)
        let piece = try #require(rig.pieces.first)
        #expect(rig.pieces.count == 1)
        #expect(rig.numbers(piece) == Array(47_000..<51_000))
        #expect(piece.hasSuffix("-000000047000-undecodable"))
        let annotations = try rig.metadata(piece).annotations
        #expect(annotations.map(\.label) == ["R2D", "undecodable"])
        #expect(annotations.map(\.sampleStart) == [1_000, 1_300])
        #expect(annotations.map(\.sampleCount) == [300, 700])
        #expect(rig.troubles.isEmpty)
    }

    /// A simulated radio makes a second of silence in no time.
    @Test func whatComesAtOnceAfterAnUndecodableBurstDoesNotPushItOut() throws {
        let rig = try rig()
        rig.feed(50_000)
        rig.recorder.ended(outcome(), receiveSamples: 48_000..<49_000)
        rig.feed(100_000)
        #expect(rig.recorder.finish().incidents == 1)
        #expect(rig.pieces.map { rig.numbers($0) } == [Array(47_000..<51_000)])
    }

    @Test func theLastPieceIsSavedAtTheEndWithoutItsPostRoll() throws {
        let rig = try rig()
        rig.feed(10_000)
        rig.recorder.ended(outcome(), receiveSamples: 8_000..<9_500)
        rig.recorder.finish()
        #expect(rig.pieces.map { rig.numbers($0) } == [Array(7_000..<10_000)])
    }

    @Test func aBurstThatAnswersATriggerIsSavedWithItsPaging() throws {
        let schedule = Schedule(rateCode: 4, subcarrierCode: 0, transportBlockOctets: 2)
        let paging = Paging(transactionID: TransactionID(3), access: .cbra, q: 4, schedule: schedule, sdu: [1])
        let trigger = R2DMessage.accessTrigger(AccessTrigger(transactionID: TransactionID(3), index: 1))
        let rig = try rig()
        rig.feed(30_000)
        rig.recorder.ended(
            outcome(try R2DMessage.paging(paging).encoded(), reports: [.idle]), receiveSamples: 14_000..<15_000)
        rig.recorder.ended(outcome(try trigger.encoded()), receiveSamples: 28_000..<29_000)
        settle(rig, incidents: 1)
        rig.recorder.finish()
        #expect(rig.pieces.map { rig.numbers($0) } == [Array(13_000..<31_000)])
    }

    @Test func piecesThatOverlapBecomeOne() throws {
        let rig = try rig()
        rig.feed(20_000)
        // The first waits for what comes after it when the second is told.
        rig.recorder.ended(outcome(), receiveSamples: 15_000..<19_000)
        rig.recorder.ended(outcome(), receiveSamples: 19_500..<19_900)
        rig.recorder.finish()
        #expect(rig.pieces.map { rig.numbers($0) } == [Array(14_000..<20_000)])
    }

    /// Blocks are long, so that several bursts may be told before the block with their samples is full.
    @Test func aPieceWaitsForItsSamplesThoughAnotherBurstIsTold() throws {
        let rig = try rig()
        rig.feed(10_000)
        rig.recorder.ended(outcome(), receiveSamples: 12_000..<13_000)
        rig.recorder.ended(outcome(), receiveSamples: 18_000..<19_000)
        rig.feed(15_000)
        let totals = rig.recorder.finish()
        #expect(totals.incidents == 2 && totals.unsavedIncidents == 0)
        #expect(rig.pieces.map { rig.numbers($0) } == [Array(11_000..<15_000), Array(17_000..<21_000)])
    }

    @Test func burstsWhoseSamplesNeverComeAreCountedAndBounded() throws {
        let rig = try rig()
        rig.feed(1_000)
        for burst in 1...100 {
            let start = Int64(burst) * 10_000
            rig.recorder.ended(outcome(), receiveSamples: start..<start + 1_000)
        }
        let totals = rig.recorder.finish()
        #expect(totals.incidents == 0 && totals.unsavedIncidents == 100)
        #expect(rig.troubles.count == 2, "each kind is told once")
    }

    @Test func aGapInAPieceIsInItsNameAndItsMetadata() throws {
        let rig = try rig()
        rig.feed(8_500)
        rig.recorder.lost(samples: 12)
        rig.feed(6_000)
        rig.recorder.ended(outcome(), receiveSamples: 8_000..<9_000)
        settle(rig, incidents: 1)
        rig.recorder.finish()
        let piece = try #require(rig.pieces.first)
        #expect(piece.hasSuffix("-gap"))
        #expect(try rig.metadata(piece).captures.map(\.sampleStart) == [0, 1_500])
    }

    @Test(arguments: [(2, 1 << 30), (100, 2 * 4 * 4_000)])
    func numberAndSizeOfPiecesAreBounded(incidents: Int, limitOctets: Int) throws {
        let rig = try rig(limitOctets: Int64(limitOctets), incidents: incidents)
        for round in 1...4 {
            rig.feed(10_000)
            rig.recorder.ended(outcome(), receiveSamples: rig.fed - 5_000..<rig.fed - 4_000)
            settle(rig, incidents: round)
        }
        let totals = rig.recorder.finish()
        #expect(totals.incidents == 2 && totals.unsavedIncidents == 2)
        #expect(rig.pieces.count == 2)
        #expect(rig.troubles.count == 1, "told once")
    }

    @Test func aPieceThatDoesNotFitOnTheDiskLeavesNothing() throws {
        let disk = ScriptedDisk(capacity: 2_000)
        let rig = try Rig(disk: disk, bufferBlocks: 64) { $0.ring = .init(milliseconds: 20) }
        rig.feed(10_000)
        rig.recorder.ended(outcome(), receiveSamples: 5_000..<6_000)
        let totals = rig.recorder.finish()
        #expect(totals.incidents == 0 && totals.unsavedIncidents == 1)
        #expect(disk.names.isEmpty)
        #expect(rig.troubles.count == 1)
    }

    @Test func aFolderThatIsNotThereIsSaidAtTheStart() {
        var plan = RecorderPlan(name: "nowhere/r")
        plan.ring = .init(milliseconds: 20)
        #expect(throws: RecordingFailure.self) { try IQRecorder(plan, disk: ScriptedDisk()) { _ in } }
    }
}
