import AIoTLink
import CoreLink
import Foundation
import Testing

/// Both ends over each transport that needs no certificates.
@Suite(.timeLimit(.minutes(5))) struct TransportTests {
    private func roundTrip(_ server: ServerEnd, at address: LinkAddress) async throws {
        let client = try ClientEnd(LinkClientConfiguration(endpoints: [address]))
        try await client.up()
        let pdu = [UInt8](repeating: 0xA5, count: 65_535)
        let number = try #require(client.client.send(pdu))
        try await client.received(pdu)
        let confirmed = try await client.happenings.next {
            if case .confirmed(let upTo) = $0, upTo >= number { upTo } else { nil }
        }
        #expect(confirmed == number)
        try await client.stop()
        _ = try await server.disconnected()
        try await server.stop()
    }

    @Test func overLoopbackTCPPDUsGoThereAndBackAndAreConfirmed() async throws {
        let server = try ServerEnd(at: .tcp(host: "127.0.0.1", port: 0))
        try await roundTrip(server, at: server.address())
    }

    @Test func overAUnixSocketPDUsGoThereAndBackAndAreConfirmed() async throws {
        try await withFolder { folder in
            let server = try ServerEnd(at: .unix(path: folder + "/link"))
            try await roundTrip(server, at: server.address())
        }
    }

    @Test func withinTheProcessPDUsGoThereAndBackAndAreConfirmed() async throws {
        let address = LinkAddress.inProcess(InProcessLink())
        let server = try ServerEnd(at: address)
        try await server.happenings.next { if case .listening = $0 { () } else { nil } }
        try await roundTrip(server, at: address)
    }
}

/// A folder of the test's own.
func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path)
}
