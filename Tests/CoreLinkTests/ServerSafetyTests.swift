import AIoTLink
import CoreLink
import NIOCore
import NIOSSL
import Testing

/// Whatever one connection does, it harms no other.
@Suite(.timeLimit(.minutes(5))) struct ServerSafetyTests {
    /// A server on TCP, a well-behaved reader on it, and whatever `body` does beside; afterwards the reader still works.
    private func beside(
        limits: ServerLimits = ServerLimits(), _ body: (ServerEnd, LinkAddressPort) async throws -> Void
    ) async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0), limits: limits)
        let address = try await server.address()
        let reader = try ClientEnd(LinkClientConfiguration(endpoints: [address]))
        try await reader.up()
        _ = try await server.connected()
        try await body(server, address.raw)
        #expect(reader.client.send([9, 9, 9]) != nil)
        try await reader.received([9, 9, 9])
        #expect(reader.happenings.all.allSatisfy { if case .down = $0 { false } else { true } })
        try await reader.stop()
        try await server.stop()
    }

    @Test(arguments: [[0xFF, 0xFF, 0xFF, 0xFF], Array("GET / HTTP/1.1\r\n\r\n".utf8), [0, 1, 0, 0]] as [[UInt8]])
    func garbageAndImpossibleLengthsEndOnlyTheirConnection(octets: [UInt8]) async throws {
        try await beside { server, address in
            let peer = try await RawPeer(to: address)
            let (id, _) = try await server.connected()
            peer.send(octets)
            try await peer.closed()
            #expect(try await server.disconnected(id).contains("65535 is the most"))
        }
    }

    @Test func aHalfPDUWaitsAndHoldsUpNobody() async throws {
        try await beside { server, address in
            let peer = try await RawPeer(to: address)
            let (id, _) = try await server.connected()
            peer.send([0, 0, 0, 5, 1, 2])
            await peer.close()
            #expect(try await server.disconnected(id).contains("closed the connection"))
            #expect(!server.happenings.all.contains { if case .received(id, _) = $0 { true } else { false } })
        }
    }

    @Test func aPeerThatNeverReadsIsClosedOnceItsQueueIsFull() async throws {
        var limits = ServerLimits()
        limits.queueLimit = 100_000
        try await beside(limits: limits) { server, address in
            let peer = try await RawPeer(to: address, reads: false)
            let (id, _) = try await server.connected()
            let pdu = [UInt8](repeating: 1, count: 65_535)
            // More than the system's own buffers of both sides hold.
            for _ in 0..<200 { server.server.send(pdu, to: id) }
            #expect(try await server.disconnected(id).contains("does not read"))
            await peer.close()
        }
    }

    /// Answers to probes are empty PDUs, and what waits of them counts all the same.
    @Test func aPeerThatProbesAndNeverReadsIsClosedOnceItsQueueIsFull() async throws {
        try await withFolder { folder in
            var limits = ServerLimits()
            limits.queueLimit = 100_000
            let server = try ServerEnd(at: .unix(path: folder + "/link"), limits: limits)
            _ = try await server.address()
            let peer = try await RawPeer(at: folder + "/link", reads: false)
            for _ in 0..<100 { peer.send([UInt8](repeating: 0, count: 4 * 1_000)) }
            #expect(try await server.disconnected().contains("does not read"))
            await peer.close()
            try await server.stop()
        }
    }

    @Test func noMoreThanItsCreditIsTakenFromAConnection() async throws {
        var limits = ServerLimits()
        limits.credit = 10
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0), limits: limits, manner: .leavesEverything)
        let address = try await server.address().raw
        let peer = try await RawPeer(to: address)
        let (id, _) = try await server.connected()
        for number in 0..<100 as Range<UInt8> { peer.send([0, 0, 0, 1, number]) }
        @Sendable func pdu(_ event: ServerEvent) -> UInt8? {
            if case .received(_, let pdu) = event { pdu.first } else { nil }
        }
        for number in 0..<10 as Range<UInt8> { #expect(try await server.happenings.next(pdu) == number) }
        // Another connection came up meanwhile: there was time for an eleventh.
        let other = try await RawPeer(to: address)
        _ = try await server.connected()
        #expect(server.happenings.all.compactMap(pdu).count == 10)
        for number in 10..<100 as Range<UInt8> {
            server.server.processed(id)
            #expect(try await server.happenings.next(pdu) == number)
        }
        await peer.close()
        await other.close()
        try await server.stop()
    }

    @Test func connectionsPastTheLimitAreTurnedAwayAndCounted() async throws {
        var limits = ServerLimits()
        limits.connections = 3
        try await beside(limits: limits) { server, address in
            let peers = [try await RawPeer(to: address), try await RawPeer(to: address)]
            for _ in peers { _ = try await server.connected() }
            try await RawPeer(to: address).closed()
            #expect(server.server.turnedAway.full == 1)
            for peer in peers { await peer.close() }
        }
    }

    /// Sockets that are gone before anybody looked at them leave no place taken: 300 pass through 256 places.
    @Test func connectionsThatComeAndGoLeaveNoPlaceTaken() async throws {
        try await beside { server, address in
            for _ in 0..<30 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<10 { group.addTask { await (try RawPeer(to: address)).close() } }
                    try await group.waitForAll()
                }
            }
            let last = try await RawPeer(to: address)
            last.send([0, 0, 0, 1, 42])
            try await server.happenings.next { if case .received(_, [42]) = $0 { () } else { nil } }
            #expect(server.server.turnedAway.full == 0)
            await last.close()
        }
    }

    @Test func aReaderThatProbedAndFellSilentIsDead() async throws {
        var limits = ServerLimits()
        limits.silenceMilliseconds = 1_000
        try await beside(limits: limits) { server, address in
            let peer = try await RawPeer(to: address)
            let (id, _) = try await server.connected()
            peer.send([0, 0, 0, 0])
            #expect(try await server.disconnected(id).contains("said nothing for 1.0 s"))
        }
    }

    /// A reader has one probe outstanding, and says nothing while an AIoTF that is slow owes it the answer.
    @Test func aReaderWhoseProbeIsNotAnsweredYetIsNotDead() async throws {
        var limits = ServerLimits()
        limits.silenceMilliseconds = 250
        limits.firstPDUSeconds = 1
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0), limits: limits, manner: .leavesEverything)
        let address = try await server.address().raw
        let reader = try await RawPeer(to: address)
        let (id, _) = try await server.connected()
        reader.send([0, 0, 0, 1, 42, 0, 0, 0, 0])
        try await server.happenings.next { if case .received(id, []) = $0 { () } else { nil } }
        // When this one is closed, a second has passed.
        try await RawPeer(to: address).closed()
        server.server.send([], to: id)
        try await reader.happenings.next { if case .octets = $0 { () } else { nil } }
        #expect(try await server.disconnected(id).contains("said nothing for 0.25 s"))
        try await server.stop()
    }

    @Test func aConnectionWithoutAFirstPDUDoesNotStayForEver() async throws {
        var limits = ServerLimits()
        limits.firstPDUSeconds = 1
        try await beside(limits: limits) { server, address in
            let peer = try await RawPeer(to: address)
            try await peer.closed()
            #expect(try await server.disconnected().contains("sent nothing for 1 s"))
        }
    }
}

extension LinkAddress {
    /// Host and port, for what connects without a link.
    var raw: LinkAddressPort {
        switch self {
        case .tls(let host, let port), .tcp(let host, let port), .sctp(let host, let port):
            .init(host: host, port: port)
        case .unix, .inProcess: .init(host: "", port: 0)
        }
    }
}
