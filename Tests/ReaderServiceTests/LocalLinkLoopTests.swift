import AIoTBase
import AIoTLink
import AIoTReader
import RadioFrontEnd
import Spool
import Synchronization
import Testing

@testable import ReaderService

@Suite(.timeLimit(.minutes(1)))
struct LocalLinkLoopTests {
    /// A bench whose only link is the local one, with the answer of an only device sent to its AIoTF under frame 3.
    private func answered() throws -> LoopBench {
        var bench = try LoopBench(isLocal: true)
        try bench.linkUp()
        try bench.request(1)
        let frames = bench.deeds.take().compactMap { deed in
            if case .transmitted(let id, "Paging") = deed { id } else { nil }
        }
        try bench.answer(try #require(frames.first))
        #expect(try bench.deedNames() == ["InventoryReport"])
        return bench
    }

    @Test func aDeviceIsAcknowledgedOnceTheLocalAIoTFHasConfirmedItsMessageAndNothingIsSpooled() throws {
        var bench = try answered()
        defer { bench.spool.close() }
        let last = bench.link.state.withLock { $0.lastNumber }
        try bench.handle(.link(LoopBench.link, .confirmed(upTo: last - 1)))
        #expect(try bench.deedNames() == [])
        try bench.handle(.link(LoopBench.link, .confirmed(upTo: last)))
        #expect(try bench.deedNames() == ["Acknowledgement"])
        #expect(bench.spool.status.records == 0)
    }

    @Test func whenTheLocalAIoTFGoesItsInventoryEndsAndNothingWaitsForIt() throws {
        var bench = try answered()
        defer { bench.spool.close() }
        try bench.linkDown()
        #expect(try bench.deedNames() == ["carrier off"])
        #expect(bench.loop.facts.openInventories == 0 && bench.loop.reader.isIdle)
        #expect(bench.loop.unconfirmed.isEmpty && bench.spool.status.records == 0)
    }

    @Test func whatTheSpoolHoldsForAnotherIsNotGivenToALocalAIoTFOfItsName() async throws {
        var bench = try LoopBench(isLocal: true)
        defer { bench.spool.close() }
        let spool = bench.spool
        _ = try await withCheckedContinuation { continuation in
            spool.append(owner: LoopBench.aiotf, payload: [1]) { continuation.resume(returning: $0) }
        }.get()
        try bench.linkUp()
        try bench.handle(.link(LoopBench.link, .confirmed(upTo: .max)))
        #expect(try bench.deedNames() == ["NGSetupRequest"])
        #expect(bench.spool.status.records == 1)
    }

    @Test func theLocalLinkIsToldOnlyWhileItIsUp() throws {
        var bench = try LoopBench(isLocal: true)
        defer { bench.spool.close() }
        #expect(bench.loop.facts.links.isEmpty)
        try bench.linkUp()
        #expect(bench.loop.facts.links.map(\.isUp) == [true])
        try bench.linkDown()
        #expect(bench.loop.facts.links.isEmpty)
    }
}
