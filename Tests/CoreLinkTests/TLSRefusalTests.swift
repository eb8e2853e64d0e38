import CoreLink
import Foundation
import Testing
import X509

/// A wrong certificate is refused, and both sides name the reason.
@Suite(.timeLimit(.minutes(5))) struct TLSRefusalTests {
    /// What each side says when it comes to nothing.
    private func outcome(
        _ change: (inout TestFiles) throws -> Void
    ) async throws -> (client: String, server: String) {
        var texts = ("", "")
        try await withFolder { folder in
            var files = try TestFiles(in: folder)
            try change(&files)
            let server = try ServerEnd(at: .tls(host: "127.0.0.1", port: 0), tls: files.aiotf)
            let client = try ClientEnd(
                LinkClientConfiguration(endpoints: [try await server.address()], tls: files.reader))
            texts.0 = try await client.down()
            texts.1 = try await server.log.next { $0.contains("turned away") ? $0 : nil }
            #expect(server.server.turnedAway.refused > 0)
            try await client.stop()
            try await server.stop()
            #expect(!server.happenings.all.contains { if case .connected = $0 { true } else { false } })
        }
        return texts
    }

    @Test func anExpiredCertificateOfTheAIoTFIsNamedWithItsDate() async throws {
        let (client, server) = try await outcome { files in
            let old = try files.authority.issue("aiotf", days: (-20, -10), into: files.folder)
            files.aiotf.certificate = old.certificate
            files.aiotf.key = old.key
        }
        let day = Date(timeIntervalSinceNow: -864_000).formatted(.iso8601.year().month().day())
        #expect(client.contains("the AIoTF's certificate (CN=aiotf) expired on \(day): renew it"))
        #expect(server.contains("the reader refused our certificate (alert certificate unknown)"))
        #expect(server.contains("aiotf.pem expired on \(day): renew it"))
    }

    @Test func anExpiredCertificateOfTheReaderIsNamedOnBothSides() async throws {
        let (client, server) = try await outcome { files in
            let old = try files.authority.issue("reader", days: (-20, -10), into: files.folder)
            files.reader.certificate = old.certificate
            files.reader.key = old.key
        }
        let day = Date(timeIntervalSinceNow: -864_000).formatted(.iso8601.year().month().day())
        #expect(server.contains("the reader's certificate (CN=reader) expired on \(day): renew it"))
        #expect(client.contains("the AIoTF refused our certificate (alert certificate unknown)"))
        #expect(client.contains("reader.pem expired on \(day): renew it"))
    }

    @Test func aCertificateThatIsNotValidYetPointsToTheClocks() async throws {
        let (client, _) = try await outcome { files in
            let early = try files.authority.issue("aiotf", days: (5, 10), into: files.folder)
            files.aiotf.certificate = early.certificate
            files.aiotf.key = early.key
        }
        #expect(client.contains("is not valid before"))
        #expect(client.contains("check the clocks"))
    }

    @Test func anUnknownAuthorityIsNamedWithTheFileItIsNotIn() async throws {
        let (client, _) = try await outcome { files in
            let other = try TestAuthority("another authority").issue("aiotf", into: files.folder)
            files.aiotf.certificate = other.certificate
            files.aiotf.key = other.key
        }
        #expect(client.contains("was signed by an authority (CN=another authority) that is not in"))
        #expect(client.contains("authority.pem: add it there"))
    }

    @Test func aReaderOfAnUnknownAuthorityIsToldWhoSignedItsCertificate() async throws {
        let (client, server) = try await outcome { files in
            let other = try TestAuthority("another authority").issue("reader", into: files.folder)
            files.reader.certificate = other.certificate
            files.reader.key = other.key
        }
        #expect(
            server.contains("the reader's certificate (CN=reader) was signed by an authority (CN=another authority)"))
        #expect(client.contains("refused our certificate"))
        #expect(client.contains("CN=another authority"))
    }

    @Test func anAuthorityWithTheNameOfOursButAnotherKeyIsRefused() async throws {
        let (client, _) = try await outcome { files in
            let other = try TestAuthority().issue("aiotf", into: files.folder)
            files.aiotf.certificate = other.certificate
            files.aiotf.key = other.key
        }
        #expect(client.contains("with the name, but not the key, of one in"))
    }

    @Test func aNameThatWasNotExpectedIsNamedWithThoseThatAreThere() async throws {
        let (client, _) = try await outcome { $0.reader.peerNames = ["aiotf.example"] }
        #expect(client.contains("has the names localhost, 127.0.0.1, but aiotf.example was expected"))
        let (_, server) = try await outcome { $0.aiotf.peerNames = ["reader-1", "reader-2"] }
        #expect(server.contains("has the names localhost, 127.0.0.1, but reader-1 or reader-2 was expected"))
    }

    @Test func withoutPeerNamesTheEndpointsHostIsExpected() async throws {
        let (client, _) = try await outcome { files in
            let own = try files.authority.issue("aiotf", names: ["aiotf.example"], into: files.folder)
            files.aiotf.certificate = own.certificate
            files.aiotf.key = own.key
            files.reader.peerNames = ["localhost"]
        }
        #expect(client.contains("but localhost was expected"))
    }

    @Test func aCertificateForAnotherPurposeIsRefused() async throws {
        let (client, _) = try await outcome { files in
            let own = try files.authority.issue("aiotf", usages: [.clientAuth], into: files.folder)
            files.aiotf.certificate = own.certificate
            files.aiotf.key = own.key
        }
        #expect(client.contains("it may not be used as serverAuth"))
    }
}
