import ControlSocket
import Synchronization
import Testing

@Suite struct ConversationTests {
    let folder: SocketFolder

    init() throws { folder = try SocketFolder() }

    @Test func aConversationGoesOnInBothDirections() async throws {
        let listener = try await folder.server().start()
        var client = try folder.client()
        for number in 0..<200 {
            try client.send(line: "line \(number)")
            #expect(try client.heard() == "line \(number)")
        }
        await listener.close()
    }

    /// More lines than may wait: reading stops until they are taken, and none is lost.
    @Test func linesThatWaitAreKeptInOrder() async throws {
        let listener = try await folder.server().start()
        var client = try folder.client()
        try client.send(Array((0..<2_000).map { "\($0)\n" }.joined().utf8))
        client.endOfRequests()
        for number in 0..<2_000 { #expect(try client.heard() == "\(number)") }
        #expect(try client.line(within: 10_000) == .end)
        await listener.close()
    }

    @Test func aLineOf65536OctetsIsTakenAndALongerOneIsNot() async throws {
        let listener = try await folder.server().start()
        let long = String(repeating: "x", count: ControlLimits.largestLine)
        var client = try folder.client()
        try client.send(line: long)
        #expect(try client.heard() == long)
        var other = try folder.client()
        try other.send(line: long + "x")
        #expect(try other.heard()?.contains("at most 65,536 octets") == true)
        #expect(try other.line(within: 10_000) == .end)
        await listener.close()
    }

    @Test func aClientThatSaysNothingIsLeft() async throws {
        var limits = ControlLimits()
        limits.requestTime = .milliseconds(50)
        let listener = try await folder.server(limits: limits).start()
        var client = try folder.client()
        try client.send(Array("{".utf8))
        #expect(try client.heard()?.contains("no request came in time") == true)
        #expect(try client.line(within: 10_000) == .end)
        await listener.close()
    }

    /// `nc -N`, with and without a line end.
    @Test(arguments: ["one\n", "one"])
    func aClientThatHasSaidAllStillGetsItsAnswer(text: String) async throws {
        let listener = try await folder.server().start()
        var client = try folder.client()
        try client.send(Array(text.utf8))
        client.endOfRequests()
        #expect(try client.heard() == "one")
        #expect(try client.line(within: 10_000) == .end)
        await listener.close()
    }

    @Test func oneClientTooManyIsToldToTryAgain() async throws {
        var limits = ControlLimits()
        limits.clients = 1
        let listener = try await folder.server(limits: limits).start()
        var first = try folder.client()
        try first.send(line: "one")
        #expect(try first.heard() == "one")
        var second = try folder.client()
        #expect(try second.heard()?.contains(#""retry":true"#) == true)
        await listener.close()
    }

    /// What a client does not read is bounded: lines are left out, the service goes on, and later ones come.
    @Test func aClientThatReadsNothingMissesLines() async throws {
        var limits = ControlLimits()
        limits.backlogOctets = 65_536
        let line = String(repeating: "x", count: 1_023)
        let sent = Mutex(0)
        let listener = try await folder.server(limits: limits) { connection in
            guard await connection.next() != nil else { return }
            var count = 0
            while connection.send(line) { count += 1 }
            sent.withLock { $0 = count }
            // The client reads from here on.
            _ = await connection.next()
            // This runs on the event loop that writes: to yield in a circle would keep it from doing so.
            while !connection.send("end") { try? await Task.sleep(for: .milliseconds(1)) }
        }.start()
        var client = try folder.client()
        try client.send(line: "go")
        while sent.withLock({ $0 }) == 0 { await Task.yield() }
        try client.send(line: "on")
        for _ in 0..<sent.withLock({ $0 }) { #expect(try client.heard() == line) }
        #expect(try client.heard() == "end")
        #expect(try client.line(within: 10_000) == .end)
        await listener.close()
    }

    @Test func aClientThatIsGoneEndsWhatServesIt() async throws {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let listener = try await folder.server { connection in
            _ = await connection.next()
            connection.hearNoMore()
            await connection.closed()
            end.yield()
        }.start()
        do {
            let client = try folder.client()
            try client.send(line: "one")
        }
        for await _ in ends { break }
        await listener.close()
    }

    @Test func whoeverEndsTheServiceEndsItsConnections() async throws {
        let listener = try await folder.server().start()
        var client = try folder.client()
        try client.send(line: "one")
        #expect(try client.heard() == "one")
        await listener.closeAll()
        #expect(try client.line(within: 10_000) == .end)
    }
}
