import AIoTF
import ControlSocket
import Glibc
import Logging
import Testing

@testable import AIoTFService

@Suite struct ControlServerTests {
    let folder: TemporaryFolder
    let mailbox = Mailbox()
    private var path: String { folder.file("control") }

    init() throws { folder = try TemporaryFolder() }

    private func server() -> ControlServer {
        ControlServer(path: path, mailbox: mailbox, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func aRequestComesInAndItsLinesGoOut() async throws {
        let server = server()
        let listener = try await server.start()
        var client = try ControlClient(path: path)
        try client.send(.cancel(order: 7))
        guard case .requested(let id, .cancel(order: 7)) = mailbox.take(within: 5_000_000_000)?.first else {
            Issue.record("the request did not come in")
            return
        }
        server.tell(.error("one"), to: id, isLast: false)
        server.tell(.error("two"), to: id, isLast: true)
        #expect(try client.line(within: 5_000) == .line(#"{"type":"error","error":"one"}"#))
        #expect(try client.line(within: 5_000) == .line(#"{"type":"error","error":"two"}"#))
        #expect(try client.line(within: 5_000) == .end)
        await listener.close()
        #expect(access(path, F_OK) != 0)
    }

    @Test(arguments: [
        "nonsense\n", "\u{0}\u{1}\n", "{\"request\":\"inventory\"}\n", String(repeating: "x", count: 70_000),
    ])
    func garbageIsAnsweredWithAnErrorLine(text: String) async throws {
        let listener = try await server().start()
        var client = try ControlClient(path: path)
        try client.send(Array(text.utf8))
        guard case .line(let line) = try client.line(within: 5_000) else {
            Issue.record("no answer")
            return
        }
        #expect(line.hasPrefix(#"{"type":"error""#))
        #expect(try client.line(within: 5_000) == .end)
        await listener.close()
    }

    /// `nc -N`, with and without a line end.
    @Test(arguments: ["{\"request\":\"readers\"}\n", "{\"request\":\"readers\"}"])
    func aClientThatHasSaidAllStillGetsItsAnswer(text: String) async throws {
        let server = server()
        let listener = try await server.start()
        var client = try ControlClient(path: path)
        try client.send(Array(text.utf8))
        client.endOfRequests()
        guard case .requested(let id, .readers) = mailbox.take(within: 5_000_000_000)?.first else {
            Issue.record("the request did not come in")
            return
        }
        #expect(mailbox.take(within: 100_000_000)?.isEmpty == true, "it has not left")
        server.tell(.error("one"), to: id, isLast: true)
        #expect(try client.line(within: 5_000) == .line(#"{"type":"error","error":"one"}"#))
        await listener.close()
    }

    @Test func aClientThatIsGoneIsNoticed() async throws {
        let listener = try await server().start()
        do {
            let client = try ControlClient(path: path)
            try client.send(Array("{\"request\":\"readers\"}\n".utf8))
            #expect(mailbox.take(within: 5_000_000_000)?.count == 1)
        }
        guard case .clientLeft? = mailbox.take(within: 5_000_000_000)?.first else {
            Issue.record("it is still there")
            return
        }
        await listener.close()
    }

    @Test func thoseThatWaitLeavePlacesForOthers() async throws {
        let listener = try await server().start()
        let order = try ControlRequest(#"{"request":"inventory","all":true}"#.utf8)
        let waiting = WaitingClients()
        for _ in 0..<ControlServer.largestWaiting { try waiting.add(path, order) }
        #expect(requests(ControlServer.largestWaiting) == ControlServer.largestWaiting)
        var late = try ControlClient(path: path)
        try late.send(order)
        guard case .line(let line) = try late.line(within: 5_000) else {
            Issue.record("no answer")
            return
        }
        #expect(line.contains(#""retry":true"#))
        let asking = try ControlClient(path: path)
        try asking.send(.readers)
        #expect(requests(1) == 1)
        await listener.close()
    }

    /// Waits for so many requests; how many have come.
    private func requests(_ wanted: Int) -> Int {
        var count = 0
        while count < wanted, let inputs = mailbox.take(within: 5_000_000_000), !inputs.isEmpty {
            count += inputs.count { if case .requested = $0 { true } else { false } }
        }
        return count
    }
}

/// Clients that stay connected.
private final class WaitingClients {
    private var clients: [Kept] = []

    func add(_ path: String, _ request: ControlRequest) throws {
        let client = try ControlClient(path: path)
        try client.send(request)
        clients.append(Kept(client))
    }

    private final class Kept {
        let client: ControlClient
        init(_ client: consuming ControlClient) { self.client = client }
    }
}
