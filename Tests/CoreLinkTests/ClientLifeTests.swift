import AIoTBase
import AIoTLink
import CoreLink
import Foundation
import Glibc
import Logging
import Testing

/// A client's link over real sockets: loss, failover, return, what its texts say.
@Suite(.timeLimit(.minutes(5))) struct ClientLifeTests {
    private func quick(_ endpoints: [LinkAddress]) -> LinkClientConfiguration {
        var configuration = LinkClientConfiguration(endpoints: endpoints)
        configuration.times.firstBackOff = .milliseconds(10)
        configuration.times.longestBackOff = .milliseconds(50)
        configuration.times.returning = .milliseconds(300)
        return configuration
    }

    @Test func nothingThatListensIsNamedWithItsRemedy() async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0))
        let address = try await server.address()
        try await server.stop()
        let client = try ClientEnd(quick([address]))
        #expect(try await client.down().contains("refused the connection: nothing listens there; start the AIoTF"))
        try await client.stop()
    }

    @Test func aMissingUnixSocketIsNamedWithItsRemedy() async throws {
        let client = try ClientEnd(quick([.unix(path: "/nowhere/link")]))
        #expect(try await client.down().contains("there is no socket at unix:/nowhere/link: start the AIoTF"))
        try await client.stop()
    }

    @Test func aClientComesBackWhenItsServerDoes() async throws {
        try await withFolder { folder in
            let address = LinkAddress.unix(path: folder + "/link")
            let first = try ServerEnd(at: address)
            _ = try await first.address()
            let client = try ClientEnd(quick([address]))
            try await client.up()
            try await first.stop()
            _ = try await client.down()
            let second = try ServerEnd(at: address)
            try await client.up()
            try await client.stop()
            try await second.stop()
        }
    }

    @Test func theLinkGoesToTheNextServerAndReturns() async throws {
        try await withFolder { folder in
            let addresses = [LinkAddress.unix(path: folder + "/a"), .unix(path: folder + "/b")]
            @Sendable func endpoint(_ event: LinkEvent) -> Int? {
                if case .connected(let endpoint) = event { endpoint } else { nil }
            }
            let other = try ServerEnd(at: addresses[1])
            _ = try await other.address()
            let client = try ClientEnd(quick(addresses))
            #expect(try await client.happenings.next(endpoint) == 1)
            try await client.up()
            client.client.setBusy(true)
            let preferred = try ServerEnd(at: addresses[0])
            // The return stands ready, and waits.
            _ = try await preferred.connected()
            #expect(client.client.send([1, 2]) != nil)
            try await client.received([1, 2])
            client.client.setBusy(false)
            #expect(try await client.happenings.next(endpoint) == 0)
            try await client.up()
            _ = try await other.disconnected()
            try await preferred.stop()
            #expect(try await client.happenings.next(endpoint) == 1)
            try await client.stop()
            try await other.stop()
        }
    }

    @Test func whatIsSentBeforeAStopArrivesAndTheStopIsNoWarning() async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0))
        let log = Happenings<String>()
        let (box, task) = (Box<LinkClient>(), Box<Task<Void, any Error>>())
        let client = try LinkClient(
            configuration: quick([try await server.address()]), log: LogRecorder.logger(log)
        ) { event in
            guard let client = box.value else { return }
            if case .connected = event { client.send(Setup.request(probes: true)) }
            // The loop is held up until the stop has come, so that both are done in one go.
            guard case .up = event else { return }
            client.send([7, 7, 7])
            task.value?.cancel()
            while client.send([8, 8, 8]) != nil { usleep(1_000) }
        }
        box.value = client
        let (go, starts) = AsyncStream<Never>.makeStream()
        let running = Task {
            for await _ in go {}
            try await client.run()
        }
        task.value = running
        starts.finish()
        try await running.value
        try await server.happenings.next { if case .received(_, [7, 7, 7]) = $0 { () } else { nil } }
        #expect(log.all.contains("info: the link was stopped"))
        #expect(!log.all.contains { $0.hasPrefix("warning") })
        try await server.stop()
    }

    @Test func aServerThatFallsSilentIsNoticedWithinFiveSeconds() async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0), manner: .onlyAccepts)
        let client = try ClientEnd(quick([try await server.address()]))
        try await client.up()
        #expect(try await client.down().contains("did not answer a probe for 4 s"))
        let up = try #require(client.happenings.moment { if case .up = $0 { true } else { false } })
        let down = try #require(client.happenings.moment { if case .down = $0 { true } else { false } })
        #expect(down - up < .seconds(5.5))
        try await client.stop()
        try await server.stop()
    }

    @Test func aServerThatNeverReadsMakesCongestionAndThenEndsTheConnection() async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0), manner: .takesOnlySetup)
        let client = try ClientEnd(quick([try await server.address()]), probes: false)
        try await client.up()
        let pdu = [UInt8](repeating: 1, count: 10_000)
        var sent = 0
        while client.client.send(pdu) != nil, sent < 100_000 { sent += 1 }
        #expect(sent < 100_000)
        try await client.happenings.next { if case .congested(true) = $0 { () } else { nil } }
        #expect(try await client.down().contains("does not read what is sent"))
        try await client.stop()
        try await server.stop()
    }

    @Test func aUserThatProcessesNothingIsGivenNoMoreThanItsCredit() async throws {
        let server = try ServerEnd(at: .inProcess(InProcessLink()))
        let address = server.addresses[0]
        try await server.happenings.next { if case .listening = $0 { () } else { nil } }
        var configuration = quick([address])
        configuration.credit = 5
        let client = try ClientEnd(configuration, probes: false, processes: false)
        try await client.up()
        for number in 0..<50 as Range<UInt8> { client.client.send([number, number]) }
        @Sendable func number(_ event: LinkEvent) -> UInt8? {
            if case .received(let pdu) = event, pdu.count == 2 { pdu[0] } else { nil }
        }
        // The fifth of its credit went to the NG Setup Response.
        for expected in 0..<4 as Range<UInt8> { #expect(try await client.happenings.next(number) == expected) }
        for expected in 4..<50 as Range<UInt8> {
            #expect(client.happenings.all.compactMap(number).count == Int(expected))
            client.client.processed()
            #expect(try await client.happenings.next(number) == expected)
        }
        try await client.stop()
        try await server.stop()
    }

    @Test func withoutEndpointsOrNeededFilesAClientIsNotMade() {
        for configuration in [
            LinkClientConfiguration(endpoints: []), LinkClientConfiguration(endpoints: [.tls(host: "a", port: 1)]),
        ] {
            #expect(throws: LinkError.self) {
                try LinkClient(configuration: configuration, log: Logger(label: "t")) { _ in }
            }
        }
    }
}
