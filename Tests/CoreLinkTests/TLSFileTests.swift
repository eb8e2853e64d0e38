import CoreLink
import Foundation
import Logging
import Testing

/// TLS files are read and checked when they are named, not when the first connection fails.
@Suite(.timeLimit(.minutes(5))) struct TLSFileTests {
    private func failure(_ change: (inout TestFiles) throws -> Void) async throws -> String {
        var text = ""
        try await withFolder { folder in
            var files = try TestFiles(in: folder)
            try change(&files)
            var configuration = LinkClientConfiguration(endpoints: [.tls(host: "localhost", port: 1)])
            configuration.tls = files.reader
            let error = #expect(throws: LinkError.self) {
                try LinkClient(configuration: configuration, log: Logger(label: "t")) { _ in }
            }
            text = error?.description ?? ""
        }
        return text
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func aFileThatIsNotThereIsNamed() async throws {
        #expect(
            try await failure { $0.reader.certificate = "/nowhere/a.pem" }.contains("/nowhere/a.pem cannot be read"))
        #expect(try await failure { $0.reader.key = "/nowhere/a.key" }.contains("/nowhere/a.key cannot be read"))
        #expect(
            try await failure { $0.reader.authorities = "/nowhere/b.pem" }.contains("/nowhere/b.pem cannot be read"))
    }

    @Test func aFolderInPlaceOfAFileIsNamed() async throws {
        #expect(try await failure { $0.reader.certificate = $0.folder }.contains("cannot be read (Is a directory)"))
    }

    @Test func aFileWithoutWhatBelongsThereIsNamed() async throws {
        #expect(try await failure { try write("x", to: $0.reader.certificate) }.contains("holds no certificate in PEM"))
        #expect(try await failure { try write("x", to: $0.reader.key) }.contains("holds no private key in PEM"))
        #expect(try await failure { $0.reader.certificate = $0.reader.key }.contains("holds no certificate in PEM"))
        let cut = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
        #expect(
            try await failure { try write(cut, to: $0.reader.certificate) }.contains("is no PEM file with certificates")
        )
    }

    @Test func aKeyOfAnotherCertificateIsNamed() async throws {
        #expect(try await failure { $0.reader.key = $0.aiotf.key }.contains("does not belong to the certificate"))
    }

    @Test func anEncryptedKeyIsNamedWithWhatToDo() async throws {
        let text = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n"
        #expect(try await failure { try write(text, to: $0.reader.key) }.contains("decrypt it with openssl pkey"))
    }

    @Test func anExpiredCertificateIsWarnedOfWhenItIsRead() async throws {
        try await withFolder { folder in
            var files = try TestFiles(in: folder)
            let old = try files.authority.issue("old", days: (-20, -10), into: folder)
            files.reader.certificate = old.certificate
            files.reader.key = old.key
            let lines = Happenings<String>()
            var configuration = LinkClientConfiguration(endpoints: [.tls(host: "localhost", port: 1)])
            configuration.tls = files.reader
            _ = try LinkClient(configuration: configuration, log: LogRecorder.logger(lines)) { _ in }
            #expect(lines.all.contains { $0.contains("old.pem expired on") && $0.contains("renew it") })
        }
    }
}
