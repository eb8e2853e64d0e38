import CoreLink
import Crypto
import Foundation
import SwiftASN1
import X509

/// An authority of the tests, and what it signs.
struct TestAuthority {
    let name: String
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    let certificate: Certificate

    static let days = (-1.0, 300.0)

    init(_ name: String = "test authority") throws {
        self.name = name
        let subject = try DistinguishedName { CommonName(name) }
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey,
            notValidBefore: .now - 3_600, notValidAfter: .now + 86_400 * 3_000, issuer: subject, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
            },
            issuerPrivateKey: key)
    }

    /// Writes a certificate and its key to `folder`, and names these files.
    /// - Parameter days: from when to when it is valid, counted from now.
    func issue(
        _ name: String, names: [String] = ["localhost"], days: (Double, Double) = Self.days,
        usages: [ExtendedKeyUsage.Usage] = [.serverAuth, .clientAuth], into folder: String
    ) throws -> (certificate: String, key: String) {
        let own = P256.Signing.PrivateKey()
        var alternatives = names.map { GeneralName.dnsName($0) }
        alternatives.append(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])))
        let certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey),
            notValidBefore: .now + 86_400 * days.0, notValidAfter: .now + 86_400 * days.1,
            issuer: certificate.subject, subject: DistinguishedName { CommonName(name) },
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                try ExtendedKeyUsage(usages)
                SubjectAlternativeNames(alternatives)
            }, issuerPrivateKey: key)
        let files = ("\(folder)/\(name).pem", "\(folder)/\(name).key")
        try write(certificate.serializeAsPEM().pemString, to: files.0)
        try write(own.pemRepresentation, to: files.1)
        return files
    }

    /// Writes the authority's own certificate to `folder`.
    func publish(_ file: String = "authority.pem", into folder: String) throws -> String {
        try write(certificate.serializeAsPEM().pemString, to: "\(folder)/\(file)")
        return "\(folder)/\(file)"
    }

    private func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

/// TLS files for both ends, in a folder of their own.
struct TestFiles {
    let folder: String
    let authority: TestAuthority
    var aiotf: TLSFiles
    var reader: TLSFiles

    init(in folder: String) throws {
        self.folder = folder
        authority = try TestAuthority()
        let authorities = try authority.publish(into: folder)
        let aiotf = try authority.issue("aiotf", into: folder)
        let reader = try authority.issue("reader", into: folder)
        self.aiotf = TLSFiles(certificate: aiotf.certificate, key: aiotf.key, authorities: authorities)
        self.reader = TLSFiles(certificate: reader.certificate, key: reader.key, authorities: authorities)
    }
}
