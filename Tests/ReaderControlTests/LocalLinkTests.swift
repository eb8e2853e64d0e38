import AIoTLink
import NGAP
import Synchronization
import Testing

@testable import ReaderControl

@Suite(.timeLimit(.minutes(1)))
struct LocalLinkTests {
    /// A client whose lines the test gives, one after the other.
    private final class Peer: LocalPeer {
        private struct State {
            var said: [String] = []
            var isClosed = false
        }

        private let state = Mutex(State())
        private let lines: AsyncStream<[UInt8]>
        private let mouth: AsyncStream<[UInt8]>.Continuation
        let hasRoom = Atomic<Bool>(true)

        init() { (lines, mouth) = AsyncStream.makeStream(of: [UInt8].self) }

        func say(_ text: String) { mouth.yield(Array(text.utf8)) }
        func leave() { mouth.finish() }
        var told: [String] { state.withLock { $0.said } }
        var isClosed: Bool { state.withLock { $0.isClosed } }

        func next() async -> [UInt8]? {
            for await line in lines { return line }
            return nil
        }

        func send(_ text: String) -> Bool {
            guard hasRoom.load(ordering: .relaxed) else { return false }
            state.withLock { $0.said.append(text) }
            return true
        }

        func close() {
            state.withLock { $0.isClosed = true }
            mouth.finish()
        }
    }

    private let link: LocalLink
    private let events: AsyncStream<LinkEvent>

    init() {
        let link = LocalLink()
        let (events, continuation) = AsyncStream.makeStream(of: LinkEvent.self)
        link.start { continuation.yield($0) }
        (self.link, self.events) = (link, events)
    }

    private func response(_ identifier: [UInt8]? = [7]) throws -> String {
        let plmn: [UInt8] = [0, 0xF1, 0x10]
        let response = NGSetupResponse(
            amfName: "a", servedGUAMIs: [GUAMI(plmn: plmn, region: 1, set: 1, pointer: 0)],
            plmnSupport: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])], aiotfIdentifier: identifier,
            aiotfName: AIOTFName(visible: "a"))
        return LocalLinkLine.pdu(try NGAPPDU.ngSetupResponse(response).encoded())
    }

    @Test func aConnectionIsALinkWithItsNumbersUntilTheClientGoes() async throws {
        let peer = Peer()
        let serving = Task { await link.serve(peer) }
        var events = events.makeAsyncIterator()
        #expect(await events.next() == .connected(endpoint: 0))
        #expect(peer.told == ["{\"type\":\"link\"}"])
        #expect(link.send([1]) == 1 && link.send([2]) == 2)
        #expect(peer.told.dropFirst() == ["{\"pdu\":\"01\"}", "{\"pdu\":\"02\"}"])
        peer.say(try response())
        #expect(await events.next() == .up(aiotfIdentifier: [7], probes: true))
        if case .received? = await events.next() {} else { Issue.record("the response is no PDU") }
        peer.say("{\"confirmed\":2}")
        #expect(await events.next() == .confirmed(upTo: 2))
        peer.leave()
        #expect(await events.next() == .down(reason: "the client has gone"))
        await serving.value
        #expect(link.send([3]) == nil)
    }

    @Test func aSecondClientIsRefusedAndOneAfterTheFirstIsNot() async throws {
        let (first, second, third) = (Peer(), Peer(), Peer())
        let serving = Task { await link.serve(first) }
        var events = events.makeAsyncIterator()
        _ = await events.next()
        await link.serve(second)
        #expect(second.told.count == 1 && second.told[0].contains("\"retry\":true"))
        _ = link.send([1])
        first.leave()
        await serving.value
        _ = await events.next()
        let next = Task { await link.serve(third) }
        #expect(await events.next() == .connected(endpoint: 0))
        #expect(link.send([1]) == 2, "numbers go on")
        third.say("{\"confirmed\":1}")
        #expect(await events.next() == .confirmed(upTo: 2))
        third.leave()
        await next.value
    }

    @Test(arguments: [
        "", "{}", "7", "{\"pdu\":\"\"}", "{\"pdu\":\"0\"}", "{\"pdu\":\"zz\"}", "{\"pdu\":7}", "{\"confirmed\":-1}",
        "{\"confirmed\":1}", "{\"pdu\":\"00\",\"confirmed\":0}", "{\"pdu\":\"00\",\"more\":1}",
    ])
    func aLineThatIsNoneEndsTheLink(line: String) async throws {
        let peer = Peer()
        peer.say(line)
        await link.serve(peer)
        #expect(peer.isClosed)
        #expect(peer.told.last?.contains("\"error\"") == true)
        var events = events.makeAsyncIterator()
        _ = await events.next()
        if case .down? = await events.next() {} else { Issue.record("the link is still there") }
    }

    @Test func aResponseWithoutAnIdentifierIsRefused() async throws {
        let peer = Peer()
        peer.say(try response(nil))
        await link.serve(peer)
        #expect(peer.told.last?.contains("AIOTFIdentifier") == true)
    }

    @Test func atMostTheCreditIsUnprocessed() async throws {
        let peer = Peer()
        for _ in 0..<(LocalLink.credit + 10) { peer.say("{\"pdu\":\"ff\"}") }
        let serving = Task { await link.serve(peer) }
        var events = events.makeAsyncIterator()
        for _ in 0...LocalLink.credit { _ = await events.next() }
        // Whatever is read now, was read in spite of the credit.
        await Task.yield()
        #expect(link.unprocessedPDUs == LocalLink.credit)
        link.processed()
        if case .received? = await events.next() {} else { Issue.record("credit that is given back is of no use") }
        for _ in 0..<(LocalLink.credit + 10) { link.processed() }
        peer.leave()
        await serving.value
    }

    @Test func aClientThatReadsTooSlowlyIsLeft() async throws {
        let peer = Peer()
        let serving = Task { await link.serve(peer) }
        var events = events.makeAsyncIterator()
        _ = await events.next()
        peer.hasRoom.store(false, ordering: .relaxed)
        #expect(link.send([1]) == nil)
        await serving.value
        #expect(peer.isClosed)
    }

    @Test func aClientThatDoesNotAnswerIsLeft() async throws {
        let link = LocalLink(patience: .milliseconds(50))
        link.start { _ in }
        let peer = Peer()
        await link.serve(peer)
        #expect(peer.told.last?.contains("has not answered") == true)
    }

    @Test func aClientThatConfirmsTheSetupAndDoesNotAnswerItIsLeft() async throws {
        let (link, peer) = (LocalLink(patience: .milliseconds(50)), Peer())
        link.start { event in
            guard case .connected = event else { return }
            _ = link.send([1])
            peer.say("{\"confirmed\":1}")
        }
        await link.serve(peer)
        #expect(peer.told.last?.contains("has not answered") == true)
    }

    @Test func aClientThatHasAnsweredAndConfirmedMayBeSilent() async throws {
        let (link, peer) = (LocalLink(patience: .milliseconds(200)), Peer())
        let (events, continuation) = AsyncStream.makeStream(of: LinkEvent.self)
        link.start { continuation.yield($0) }
        let serving = Task { await link.serve(peer) }
        var told = events.makeAsyncIterator()
        _ = await told.next()
        _ = link.send([1])
        peer.say("{\"confirmed\":1}")
        peer.say(try response())
        try await Task.sleep(for: .milliseconds(600))
        #expect(peer.told == ["{\"type\":\"link\"}", "{\"pdu\":\"01\"}"])
        peer.leave()
        await serving.value
    }
}
