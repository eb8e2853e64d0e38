import AIoTLink
import CoreLink
import Foundation
import Logging
import Synchronization
import Testing

/// What the link adds to an exchange.
@Suite(.serialized, .timeLimit(.minutes(5))) struct RoundTripTests {
    /// Sends a PDU, and the next one as soon as it has come back.
    private final class PingPong: Sendable {
        static let rounds = 5_000
        let client = Box<LinkClient>()
        let finished = Happenings<[Duration]>()
        private let state = Mutex((sent: ContinuousClock.now, took: [Duration]()))

        func hear(_ event: LinkEvent) {
            switch event {
            case .connected: client.value?.send(Setup.request(probes: true))
            case .received:
                client.value?.processed()
                let took = state.withLock { state in
                    state.took.append(.now - state.sent)
                    state.sent = .now
                    return state.took
                }
                // The first is the NG Setup.
                if took.count > Self.rounds { return finished.add(took.dropFirst().sorted()) }
                client.value?.send([UInt8](repeating: 7, count: 120))
            default: break
            }
        }
    }

    /// A PDU of the size of an Inventory Report there and back over loopback TLS, one after the other; the figures are
    /// printed. The bound is far above them, for slow and busy machines.
    @Test func overLoopbackTLSThereAndBackTakesLittleOfAnExchangesBudget() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let server = try ServerEnd(at: .tls(host: "127.0.0.1", port: 0), tls: files.aiotf)
            let game = PingPong()
            let client = try LinkClient(
                configuration: LinkClientConfiguration(endpoints: [try await server.address()], tls: files.reader),
                log: Logger(label: "client")
            ) { game.hear($0) }
            game.client.value = client
            let task = Task { try await client.run() }
            let took = try await game.finished.next(within: .seconds(50)) { $0 }
            print("round trip over loopback TLS: p50 \(took[took.count / 2]), p99 \(took[took.count * 99 / 100])")
            #expect(took[took.count / 2] < .milliseconds(50))
            task.cancel()
            try await task.value
            try await server.stop()
        }
    }
}
