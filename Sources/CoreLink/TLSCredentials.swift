import Foundation
import Glibc
import Logging
import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// The TLS files of one side, read and checked.
struct TLSCredentials: Sendable {
    enum Role: Sendable {
        case client
        case server
    }

    let context: NIOSSLContext
    let verifier: PeerVerifier
    private let files: TLSFiles
    private let own: Certificate

    /// Seconds before its end from which on a certificate is warned of.
    private static let warningSeconds = 14 * 86_400.0
    /// Octets of the largest file that is read.
    private static let fileLimit = 1_024 * 1_024

    /// - Throws: `LinkError` where a file cannot be read, holds something else, or does not fit the others. A
    ///   certificate that has expired is only warned of, as the clock may be what is wrong.
    init(_ files: TLSFiles, role: Role, log: Logger) throws {
        let chain = try Self.certificates(in: files.certificate)
        let authorities = try Self.certificates(in: files.authorities)
        let key = try Self.key(in: files.key)
        guard let own = chain.first, key.publicKey == own.publicKey else {
            throw LinkError(
                "the key \(files.key) does not belong to the certificate \(files.certificate): take its pair")
        }
        self.files = files
        self.own = own
        verifier = PeerVerifier(
            authorities: authorities, file: files.authorities, names: files.peerNames,
            peer: role == .client ? .aiotf : .reader)
        context = try Self.context(chain, authorities, files, role)
        let left = own.notValidAfter.timeIntervalSinceNow
        if left < Self.warningSeconds {
            log.warning(
                "our certificate \(files.certificate) \(left < 0 ? "expired" : "expires") on \(own.lastDay): renew it")
        }
    }

    /// What is wrong with our own certificate, for when the other side refuses it; else where to look.
    var ownProblem: String {
        if own.notValidAfter.timeIntervalSinceNow < 0 {
            return "our certificate \(files.certificate) expired on \(own.lastDay): renew it"
        }
        if own.notValidBefore.timeIntervalSinceNow > 0 {
            return "our certificate \(files.certificate) is not valid before \(own.firstDay): check the clock"
        }
        return "its log names the reason; check who signed \(files.certificate) (\(own.issuer)) and its names "
            + "(\(own.names.joined(separator: ", ")))"
    }

    private static func context(
        _ chain: [Certificate], _ authorities: [Certificate], _ files: TLSFiles, _ role: Role
    ) throws -> NIOSSLContext {
        do {
            let sources = try chain.map { NIOSSLCertificateSource.certificate(try $0.forNIOSSL()) }
            let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(bytes: try read(files.key), format: .pem))
            var configuration =
                switch role {
                case .client: TLSConfiguration.makeClientConfiguration()
                case .server: TLSConfiguration.makeServerConfiguration(certificateChain: sources, privateKey: key)
                }
            configuration.certificateChain = sources
            configuration.privateKey = key
            configuration.minimumTLSVersion = .tlsv13
            configuration.trustRoots = .certificates(try authorities.map { try $0.forNIOSSL() })
            // Asks for a certificate; `PeerVerifier` takes the place of the library's own verification.
            configuration.certificateVerification = .noHostnameVerification
            configuration.shutdownTimeout = .seconds(1)
            return try NIOSSLContext(configuration: configuration)
        } catch let error as LinkError {
            throw error
        } catch {
            throw LinkError("\(files.certificate) and \(files.key) cannot be used for TLS: \(error); make them anew")
        }
    }

    static func certificates(in path: String) throws -> [Certificate] {
        let text = String(decoding: try read(path), as: UTF8.self)
        let found: [Certificate]
        do {
            found = try PEMDocument.parseMultiple(pemString: text)
                .filter { $0.discriminator == Certificate.defaultPEMDiscriminator }
                .map { try Certificate(pemDocument: $0) }
        } catch {
            throw LinkError("\(path) is no PEM file with certificates (\(error)): replace it")
        }
        guard !found.isEmpty else { throw LinkError("\(path) holds no certificate in PEM: replace it") }
        return found
    }

    private static func key(in path: String) throws -> Certificate.PrivateKey {
        let text = String(decoding: try read(path), as: UTF8.self)
        guard !text.contains("ENCRYPTED") else {
            throw LinkError("the key \(path) is encrypted: decrypt it with openssl pkey, and protect the file")
        }
        do {
            let documents = try PEMDocument.parseMultiple(pemString: text)
            // openssl writes the parameters of a curve in front of the key.
            guard let key = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }) else {
                throw LinkError("\(path) holds no private key in PEM: replace it")
            }
            return try Certificate.PrivateKey(pemDocument: key)
        } catch let error as LinkError {
            throw error
        } catch {
            throw LinkError("\(path) is no PEM file with a private key (\(error)): replace it")
        }
    }

    private static func read(_ path: String) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let why = String(cString: strerror(errno))
            let remedy = errno == EACCES ? "let this program's user read it" : "correct the path"
            throw LinkError("\(path) cannot be read (\(why)): \(remedy)")
        }
        defer { close(descriptor) }
        var octets: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while octets.count <= fileLimit {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count >= 0 else {
                throw LinkError("\(path) cannot be read (\(String(cString: strerror(errno)))): replace it")
            }
            if count == 0 { return octets }
            octets += chunk[..<count]
        }
        throw LinkError("\(path) is no PEM file with certificates or a key: replace it")
    }
}
