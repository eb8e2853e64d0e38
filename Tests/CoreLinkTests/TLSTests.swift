import AIoTLink
import CoreLink
import Foundation
import Glibc
import NIOCore
import NIOSSL
import Testing

/// TLS with the right certificates, with none, and while the files change.
@Suite(.timeLimit(.minutes(5))) struct TLSTests {
    private func server(_ files: TestFiles, limits: ServerLimits = ServerLimits()) throws -> ServerEnd {
        try ServerEnd(at: .tls(host: "127.0.0.1", port: 0), tls: files.aiotf, limits: limits)
    }

    private func client(_ address: LinkAddress, _ files: TestFiles) throws -> ClientEnd {
        try ClientEnd(LinkClientConfiguration(endpoints: [address], tls: files.reader))
    }

    @Test func withCertificatesOnBothSidesPDUsGoThereAndBack() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let server = try server(files)
            let client = try await client(server.address(), files)
            try await client.up()
            #expect(try await server.connected().peer.hasSuffix("(localhost)"))
            let pdu = [UInt8](repeating: 0xA5, count: 65_535)
            #expect(client.client.send(pdu) != nil)
            try await client.received(pdu)
            try await client.stop()
            try await server.stop()
        }
    }

    @Test func certificatesOfTheScriptServe() async throws {
        try await withFolder { folder in
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../scripts/certificates").standardizedFileURL
            let process = Process()
            process.executableURL = script
            process.arguments = [folder]
            try process.run()
            process.waitUntilExit()
            try #require(process.terminationStatus == 0)
            func files(_ name: String, expecting peer: String) -> TLSFiles {
                TLSFiles(
                    certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key",
                    authorities: "\(folder)/authority.pem", peerNames: [peer])
            }
            let server = try ServerEnd(
                at: .tls(host: "127.0.0.1", port: 0), tls: files("aiotf", expecting: "reader"))
            let client = try ClientEnd(
                LinkClientConfiguration(
                    endpoints: [try await server.address()], tls: files("reader", expecting: "aiotf")))
            try await client.up()
            try await client.stop()
            try await server.stop()
        }
    }

    /// A TLS client of its own making.
    private func stranger(
        to address: LinkAddress, _ change: (inout TLSConfiguration) -> Void
    ) async throws -> RawPeer {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        change(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        return try await RawPeer(to: address.raw) { [try NIOSSLClientHandler(context: context, serverHostname: nil)] }
    }

    /// In TLS 1.3 a resumed session has no certificates, so nobody verifies who it is.
    @Test func whoResumesASessionIsRefused() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let server = try server(files)
            let address = try await server.address().raw
            func openssl(_ option: String) throws -> Process {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
                process.arguments =
                    ["openssl", "s_client", "-tls1_3", "-connect", "\(address.host):\(address.port)"]
                    + ["-cert", files.reader.certificate, "-key", files.reader.key, option, folder + "/session"]
                // Held open, as the session comes after the handshake.
                process.standardInput = Pipe()
                process.standardOutput = Pipe()
                process.standardError = FileHandle.nullDevice
                try process.run()
                return process
            }
            let first = try openssl("-sess_out")
            let (id, _) = try await server.connected()
            // It takes the session in before what comes after it.
            server.server.send([1, 2, 3], to: id)
            try await Self.wait(for: "\u{1}\u{2}\u{3}", from: first)
            kill(first.processIdentifier, SIGKILL)
            first.waitUntilExit()
            let second = try openssl("-sess_in")
            _ = try await server.log.next { $0.contains("resumed an earlier TLS session") ? () : nil }
            kill(second.processIdentifier, SIGKILL)
            second.waitUntilExit()
            #expect(server.happenings.all.count { if case .connected = $0 { true } else { false } } == 1)
            try await server.stop()
        }
    }

    /// Waits until the process has written `text`.
    private static func wait(for text: String, from process: Process) async throws {
        guard let output = process.standardOutput as? Pipe else { return }
        let wanted = Data(text.utf8)
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global().async {
                var all = Data()
                while all.range(of: wanted) == nil {
                    let more = output.fileHandleForReading.availableData
                    if more.isEmpty { return done.resume(throwing: CocoaError(.fileReadUnknown)) }
                    all += more
                }
                done.resume()
            }
        }
    }

    @Test func whoShowsNoCertificateIsRefusedInThoseWords() async throws {
        try await withFolder { folder in
            let server = try server(TestFiles(in: folder))
            let peer = try await stranger(to: server.address()) { _ in }
            try await peer.closed()
            _ = try await server.log.next { $0.contains("the reader showed no certificate: give it one") ? () : nil }
            #expect(server.server.turnedAway.refused == 1)
            try await server.stop()
        }
    }

    @Test func whoSpeaksNoTLS13IsRefusedInThoseWords() async throws {
        try await withFolder { folder in
            let server = try server(TestFiles(in: folder))
            let old = try await stranger(to: server.address()) { $0.maximumTLSVersion = .tlsv12 }
            try await old.closed()
            _ = try await server.log.next { $0.contains("speaks no TLS 1.3") ? () : nil }
            try await server.stop()
        }
    }

    @Test func plainOctetsOnTheTLSPortAreRefusedInThoseWords() async throws {
        try await withFolder { folder in
            let server = try server(TestFiles(in: folder))
            let peer = try await RawPeer(to: server.address().raw)
            peer.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
            try await peer.closed()
            _ = try await server.log.next { $0.contains("speaks no TLS 1.3") ? () : nil }
            try await server.stop()
        }
    }

    @Test func aHandshakeThatDoesNotEndIsCutAndCounted() async throws {
        try await withFolder { folder in
            var limits = ServerLimits()
            limits.handshakeSeconds = 1
            let server = try server(TestFiles(in: folder), limits: limits)
            let peer = try await RawPeer(to: server.address().raw)
            try await peer.closed()
            #expect(server.server.turnedAway.slowHandshakes == 1)
            try await server.stop()
        }
    }

    @Test func aFloodOfHandshakesPushesOutItsOldestAndLetsReadersIn() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            var limits = ServerLimits()
            limits.handshakes = 2
            limits.handshakeSeconds = 50
            let server = try server(files, limits: limits)
            let address = try await server.address()
            let first = try await RawPeer(to: address.raw)
            let others = [try await RawPeer(to: address.raw), try await RawPeer(to: address.raw)]
            try await first.closed()
            let client = try client(address, files)
            try await client.up()
            #expect(server.server.turnedAway.slowHandshakes >= 2)
            for peer in others { await peer.close() }
            try await client.stop()
            try await server.stop()
        }
    }

    @Test func newCertificatesServeNewConnectionsAndLeaveOldOnes() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let server = try server(files)
            let address = try await server.address()
            let before = try client(address, files)
            try await before.up()
            // Both sides go over to another authority, in the same files.
            let other = try TestAuthority("another authority")
            _ = try other.publish(into: folder)
            _ = try other.issue("aiotf", into: folder)
            try server.server.reloadCertificates()
            let strict = try client(address, try filesOf(other, in: folder, like: files))
            try await strict.up()
            try await strict.stop()
            #expect(before.client.send([1, 2, 3]) != nil)
            try await before.received([1, 2, 3])
            try await before.stop()
            try await server.stop()
        }
    }

    private func filesOf(_ authority: TestAuthority, in folder: String, like files: TestFiles) throws -> TestFiles {
        var files = files
        let own = try authority.issue("newreader", into: folder)
        files.reader.certificate = own.certificate
        files.reader.key = own.key
        return files
    }

    @Test func aReloadThatFailsSaysWhyAndLeavesTheOldOnesInForce() async throws {
        try await withFolder { folder in
            let files = try TestFiles(in: folder)
            let server = try server(files)
            let address = try await server.address()
            try "rubbish".write(toFile: files.aiotf.certificate, atomically: true, encoding: .utf8)
            let error = #expect(throws: LinkError.self) { try server.server.reloadCertificates() }
            #expect(error?.description.contains("aiotf.pem holds no certificate in PEM") == true)
            let client = try client(address, files)
            try await client.up()
            try await client.stop()
            try await server.stop()
        }
    }
}
