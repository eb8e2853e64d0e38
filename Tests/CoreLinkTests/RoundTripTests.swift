import CoreLink
import Foundation
import Testing

/// What the link adds to an exchange.
@Suite(.serialized, .timeLimit(.minutes(1))) struct RoundTripTests {
    /// A PDU of the size of an Inventory Report there and back over loopback TLS, one after the other; the figures are
    /// printed. The bound is far above them, for slow and busy machines.
    @Test func overLoopbackTLSThereAndBackTakesLittleOfAnExchangesBudget() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let server = try ServerEnd(at: .tls(host: "127.0.0.1", port: 0), tls: files.aiotf)
            let client = try ClientEnd(
                LinkClientConfiguration(endpoints: [try await server.address()], tls: files.reader))
            try await client.up()
            var pdu = [UInt8](repeating: 7, count: 120)
            var took: [Duration] = []
            let clock = ContinuousClock()
            for round in 0..<2_000 {
                withUnsafeBytes(of: round) { pdu.replaceSubrange(2..<10, with: $0) }
                let sent = pdu
                took.append(
                    try await clock.measure {
                        client.client.send(sent)
                        try await client.received(sent)
                    })
            }
            took.sort()
            print("round trip over loopback TLS: p50 \(took[1_000]), p99 \(took[1_980])")
            #expect(took[1_000] < .milliseconds(50))
            try await client.stop()
            try await server.stop()
        }
    }
}
