import AIoTBase
import AIoTLink
import AIoTReader
import RadioFrontEnd
import Spool
import Synchronization
import Testing

@testable import ReaderService

@Suite(.timeLimit(.minutes(1)))
struct ReaderLoopTests {
    /// A bench whose first inventory has its paging on the air.
    private func paging(spoolLimitOctets: Int = 1 << 20) throws -> (LoopBench, frame: UInt64) {
        var bench = try LoopBench(spoolLimitOctets: spoolLimitOctets)
        try bench.linkUp()
        try bench.request(1)
        let frames = bench.deeds.take().compactMap { deed in
            if case .transmitted(let id, "Paging") = deed { id } else { nil }
        }
        return (bench, try #require(frames.first))
    }

    @Test func newLimitsReachTheFrontEndToo() throws {
        var bench = try LoopBench()
        _ = bench.deeds.take()
        var reader = ReaderConfiguration()
        reader.limits = Region.eu865.limits
        try bench.handle(
            .reconfigure(
                LiveConfiguration(reader: reader, stopTimeout: .milliseconds(30), readiness: Readiness())))
        #expect(bench.deeds.take() == [.limits(reader.limits)])
    }

    @Test func whatIsSpooledGoesBeforeAnythingElseOnceTheAIoTFHasAccepted() async throws {
        var bench = try LoopBench()
        defer { bench.spool.close() }
        for record in [1, 2] as [UInt8] {
            _ = try await append([record], for: LoopBench.aiotf, to: bench.spool)
        }
        _ = try await append([3], for: [0xB2], to: bench.spool)
        try bench.connect()
        #expect(try bench.deedNames() == ["NGSetupRequest"])
        try bench.handle(.link(LoopBench.link, .up(aiotfIdentifier: LoopBench.aiotf, probes: true)))
        try bench.request(1)
        #expect(try bench.deedNames().prefix(2) == ["record 1", "record 2"], "another AIoTF's stay where they are")
        try bench.handle(.link(LoopBench.link, .confirmed(upTo: 2)))
        #expect(bench.spool.pending(owner: LoopBench.aiotf).map(\.payload) == [[2]], "frame 1 was the NG Setup Request")
    }

    @Test func nothingIsAnsweredBeforeAllThatWasSpooledHasGone() async throws {
        var bench = try LoopBench()
        defer { bench.spool.close() }
        for index in 0..<300 {
            _ = try await append([UInt8(truncatingIfNeeded: index)], for: LoopBench.aiotf, to: bench.spool)
        }
        try bench.linkUp()
        try bench.request(1)
        let first = try bench.deedNames()
        #expect(first.count { $0.hasPrefix("record") } == 256, "what the window holds")
        #expect(!first.contains("InventoryResponse"))
        try bench.handle(.link(LoopBench.link, .confirmed(upTo: .max)))
        let rest = try bench.deedNames()
        #expect(rest.prefix(44).allSatisfy { $0.hasPrefix("record") })
        #expect(rest.dropFirst(44).first == "InventoryResponse")
    }

    @Test func aLastMessageIsSentAtOnceAndItsDeviceAcknowledgedOnceTheSpoolHasIt() async throws {
        var (bench, frame) = try paging()
        defer { bench.spool.close() }
        try bench.answer(frame)
        #expect(try bench.deedNames() == ["InventoryReport"])
        try await bench.hearFromSpool()
        #expect(try bench.deedNames() == ["Acknowledgement"])
        #expect(bench.spool.pending(owner: LoopBench.aiotf).count == 1)
        try bench.handle(.link(LoopBench.link, .confirmed(upTo: .max)))
        #expect(bench.spool.pending(owner: LoopBench.aiotf).isEmpty)
    }

    @Test func withoutProbesAMessageLeavesTheSpoolWhenItsConnectionHasLasted() async throws {
        var bench = try LoopBench()
        defer { bench.spool.close() }
        _ = try await append([1], for: LoopBench.aiotf, to: bench.spool)
        try bench.linkUp(probes: false)
        #expect(try bench.handle(.tick) == bench.now + RelayBook.unprobedDelivery, "the loop comes back by itself")
        try bench.pass(milliseconds: 9_999)
        #expect(bench.spool.pending(owner: LoopBench.aiotf).count == 1)
        try bench.pass(milliseconds: 1)
        #expect(bench.spool.pending(owner: LoopBench.aiotf).isEmpty)
        #expect(try bench.handle(.tick) == nil)
    }

    @Test func withoutALinkTheDeviceIsAcknowledgedAndItsMessageWaits() async throws {
        var (bench, frame) = try paging()
        defer { bench.spool.close() }
        try bench.linkDown()
        try bench.answer(frame)
        try await bench.hearFromSpool()
        #expect(try bench.deedNames() == ["Acknowledgement"])
        try bench.linkUp()
        #expect(try bench.deedNames().prefix(2) == ["NGSetupRequest", "InventoryReport"])
    }

    @Test func aDeviceWhoseMessageTheSpoolDoesNotTakeIsToldSoAndNotAcknowledged() async throws {
        var (bench, frame) = try paging(spoolLimitOctets: 0)
        defer { bench.spool.close() }
        try bench.answer(frame)
        #expect(try bench.deedNames() == ["InventoryReport"])
        try await bench.hearFromSpool()
        #expect(try bench.deedNames() == ["NACKFeedback"])
    }

    @Test func whatComesOfAFrameIsNotKnownBeforeItIsOver() throws {
        var (bench, frame) = try paging()
        defer { bench.spool.close() }
        try bench.answer(frame, after: 5)
        #expect(try bench.handle(.tick) == bench.now + .milliseconds(5))
        try bench.pass(milliseconds: 4)
        #expect(try bench.deedNames() == [])
        try bench.pass(milliseconds: 1)
        #expect(try bench.deedNames() == ["InventoryReport"])
    }

    @Test func aRadioThatGoesTakesItsFrameWithItAndPagesAgainWhenItIsBack() throws {
        var (bench, frame) = try paging()
        defer { bench.spool.close() }
        try bench.answer(frame, after: 5)
        try bench.handle(.radio(.stateChanged(.absent, why: "unplugged")))
        _ = try bench.deedNames()
        try bench.pass(milliseconds: 5)
        #expect(try bench.deedNames() == [], "what was under way is not told any more")
        try bench.request(9)
        _ = try bench.deedNames()
        try bench.handle(.radio(.stateChanged(.opening, why: "plugged in")))
        #expect(try bench.deedNames() == [])
        try bench.handle(.radio(.stateChanged(.degraded, why: "losing samples")))
        #expect(try bench.deedNames() == ["carrier on", "Paging"])
    }

    @Test func aStopWithNothingInFlightEndsAtOnce() throws {
        var bench = try LoopBench()
        defer { bench.spool.close() }
        try bench.linkUp()
        try bench.handle(.stop)
        #expect(bench.loop.isFinished)
        #expect(try bench.deedNames().last == "carrier off")
    }

    @Test func aStopWithAFrameThatNeverEndsIsOverAfterItsTime() throws {
        var (bench, _) = try paging()
        defer { bench.spool.close() }
        #expect(try bench.handle(.stop) == bench.now + .milliseconds(3_000))
        try bench.pass(milliseconds: 2_000)
        // A second signal moves nothing.
        try bench.handle(.stop)
        try bench.pass(milliseconds: 999)
        #expect(!bench.loop.isFinished)
        try bench.pass(milliseconds: 1)
        #expect(bench.loop.isFinished)
        #expect(try bench.deedNames().last == "carrier off")
    }

    @Test func aNewEpochIsInItsFileBeforeAnythingLeavesUnderIt() throws {
        var bench = try LoopBench(epoch: 8)
        defer { bench.spool.close() }
        bench.loop.epoch = 7
        try bench.linkUp()
        #expect(try bench.deedNames().first == "NGSetupRequest")
        #expect(bench.epochWhenSent.value == 8)
    }

    @Test func whereTheEpochCannotBeKeptNothingLeaves() throws {
        var bench = try LoopBench(epoch: 8, epochPath: "/nowhere/at/all")
        defer { bench.spool.close() }
        bench.loop.epoch = 7
        #expect(throws: StateError.self) { try bench.linkUp() }
        #expect(bench.deeds.take().isEmpty)
    }

    @Test func everyMessageGivesItsCreditBackAndTheLinkIsBusyWhileAnInventoryIsOpen() throws {
        var bench = try LoopBench()
        defer { bench.spool.close() }
        try bench.linkUp()
        #expect(bench.link.state.withLock { $0.processed } == 1)
        #expect(!bench.link.state.withLock { $0.isBusy })
        try bench.request(1)
        try bench.handle(.link(LoopBench.link, .received([0xFF])))
        #expect(bench.link.state.withLock { $0.processed } == 3)
        #expect(bench.link.state.withLock { $0.isBusy })
    }

    private func append(_ payload: [UInt8], for owner: [UInt8], to spool: Spool) async throws -> UInt64 {
        try await withCheckedContinuation { continuation in
            spool.append(owner: owner, payload: payload) { continuation.resume(returning: $0) }
        }.get()
    }
}
