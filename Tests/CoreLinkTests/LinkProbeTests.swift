import CoreLink
import Foundation
import Testing

/// What an operator is told of links before the daemon starts.
@Suite(.timeLimit(.minutes(5))) struct LinkProbeTests {
    /// What comes of a probe, and what is said of the reader's certificates.
    private func outcome(
        _ change: (inout TestFiles) throws -> Void = { _ in }
    ) async throws -> (problem: String?, certificates: [CertificateValidity]) {
        var outcome: (String?, [CertificateValidity]) = (nil, [])
        try await withFolder { folder in
            var files = try TestFiles(in: folder)
            try change(&files)
            let server = try ServerEnd(at: .tls(host: "127.0.0.1", port: 0), tls: files.aiotf)
            outcome.0 = await LinkProbe.problem(of: try await server.address(), tls: files.reader)
            outcome.1 = try CertificateValidity.ofReader(files.reader)
            try await server.stop()
        }
        return outcome
    }

    @Test func anAIoTFThatTakesOurCertificateIsNoProblem() async throws {
        let (problem, certificates) = try await outcome()
        #expect(problem == nil)
        let days = certificates.map(\.daysLeft)
        #expect(days == [299, 2_999])
        let haveBegun = certificates.map(\.hasBegun)
        #expect(haveBegun == [true, true])
    }

    @Test func anAIoTFThatRefusesOurCertificateIsAProblem() async throws {
        let (problem, certificates) = try await outcome { files in
            let old = try files.authority.issue("reader", days: (-20, -10), into: files.folder)
            (files.reader.certificate, files.reader.key) = (old.certificate, old.key)
        }
        #expect(problem?.contains("reader.pem expired on") == true, "\(problem ?? "none")")
        let days = certificates.map(\.daysLeft)
        #expect(days.first.map { $0 == -11 || $0 == -10 } == true, "\(days)")
    }

    @Test func anEndpointWhereNobodyListensIsAProblem() async throws {
        let problem = await LinkProbe.problem(of: .unix(path: "/nowhere/link"), tls: nil)
        #expect(problem?.contains("there is no socket at unix:/nowhere/link") == true, "\(problem ?? "none")")
    }
}
