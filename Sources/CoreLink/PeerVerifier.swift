import Foundation
import NIOCore
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// Decides whether the other side's certificate is accepted, and names the reason where it is not.
///
/// Takes the place of the library's verification, which tells no more than that it failed.
struct PeerVerifier: Sendable {
    enum Peer: String, Sendable {
        case aiotf = "the AIoTF"
        case reader = "the reader"
    }

    /// Why a certificate is refused.
    struct Refusal: Error, Hashable, Sendable {
        let text: String
    }

    /// Certificates that a peer may show; building paths through more can be made to take for ever.
    static let chainLimit = 4

    private let authorities: [Certificate]
    private let file: String
    private let names: [String]
    private let peer: Peer

    /// - Parameter names: one of them must be among the certificate's; empty for any.
    init(authorities: [Certificate], file: String, names: [String], peer: Peer) {
        self.authorities = authorities
        self.file = file
        self.names = names
        self.peer = peer
    }

    /// What the peer calls itself, by the certificates that it showed, its own first.
    func name(of shown: [NIOSSLCertificate], orNames fallback: [String]) async throws(Refusal) -> String {
        guard let first = shown.first, shown.count <= Self.chainLimit else {
            throw refusal("\(peer.rawValue) shows \(shown.count) certificates; at least 1 and at most 4 make sense")
        }
        guard let leaf = try? Certificate(derEncoded: first.toDERBytes()) else {
            throw refusal("\(peer.rawValue)'s certificate cannot be read: make it anew with current tools")
        }
        let intermediates = shown.dropFirst().compactMap { try? Certificate(derEncoded: $0.toDERBytes()) }
        try await verifyChain(leaf, intermediates)
        try verifyNames(leaf, names.isEmpty ? fallback : names)
        return leaf.names.first ?? "\(leaf.subject)"
    }

    private func verifyChain(_ leaf: Certificate, _ intermediates: [Certificate]) async throws(Refusal) {
        let purpose = Purpose(usage: peer == .aiotf ? .serverAuth : .clientAuth)
        var verifier = Verifier(rootCertificates: CertificateStore(authorities)) {
            RFC5280Policy()
            purpose
        }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(intermediates))
        guard case .couldNotValidate(let failures) = result else { return }
        let subject = "\(peer.rawValue)'s certificate (\(leaf.subject))"
        guard let failure = failures.first else {
            throw refusal(
                authorities.contains { $0.subject == leaf.issuer }
                    ? "\(subject) was signed by an authority with the name, but not the key, of one in \(file): correct one"
                    : "\(subject) was signed by an authority (\(leaf.issuer)) that is not in \(file): add it there, or take "
                        + "a certificate signed by one that is")
        }
        for (certificate, what) in [(leaf, subject)]
            + (intermediates + authorities).map({ ($0, "the authority \($0.subject)") })
        {
            if certificate.notValidAfter < .now { throw refusal("\(what) expired on \(certificate.lastDay): renew it") }
            if certificate.notValidBefore > .now {
                throw refusal("\(what) is not valid before \(certificate.firstDay): check the clocks of both sides")
            }
        }
        throw refusal("\(subject) is not acceptable: \(failure.policyFailureReason)")
    }

    private func verifyNames(_ leaf: Certificate, _ wanted: [String]) throws(Refusal) {
        guard !wanted.isEmpty, !wanted.contains(where: { leaf.has(name: $0) }) else { return }
        let names = leaf.names.isEmpty ? "has no names" : "has the names \(leaf.names.joined(separator: ", "))"
        throw refusal(
            "\(peer.rawValue)'s certificate (\(leaf.subject)) \(names), but \(wanted.joined(separator: " or ")) was expected: "
                + "correct peer names, address or certificate")
    }

    private func refusal(_ text: String) -> Refusal { Refusal(text: text) }
}

/// The certificate may serve for what it is shown for; where it says nothing, it may.
private struct Purpose: VerifierPolicy {
    let usage: ExtendedKeyUsage.Usage
    /// Names are compared after the chain has been verified.
    let verifyingCriticalExtensions: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.extendedKeyUsage, .X509ExtensionID.subjectAlternativeName,
    ]

    mutating func chainMeetsPolicyRequirements(chain: UnverifiedCertificateChain) async -> PolicyEvaluationResult {
        do {
            guard let usages = try chain.leaf.extensions.extendedKeyUsage else { return .meetsPolicy }
            if usages.contains(usage) || usages.contains(.any) { return .meetsPolicy }
            let usage = usage
            return .failsToMeetPolicy(reason: "it may not be used as \(usage): add that to extendedKeyUsage")
        } catch {
            return .failsToMeetPolicy(reason: "its extendedKeyUsage cannot be read")
        }
    }
}

/// What became of the verification of one connection's peer.
final class PeerVerdict: Sendable {
    private let content = Mutex<(name: String?, refusal: String?)>((nil, nil))

    var name: String? { content.withLock { $0.name } }
    var refusal: String? { content.withLock { $0.refusal } }

    /// The callback for the TLS handler.
    func callback(_ verifier: PeerVerifier, orNames fallback: [String]) -> NIOSSLCustomVerificationCallback {
        { shown, promise in
            Task {
                do throws(PeerVerifier.Refusal) {
                    let name = try await verifier.name(of: shown, orNames: fallback)
                    self.content.withLock { $0.name = name }
                    promise.succeed(.certificateVerified)
                } catch {
                    self.content.withLock { $0.refusal = error.text }
                    promise.succeed(.failed)
                }
            }
        }
    }
}
