import Foundation
import Logging
import X509

/// Until when the certificates of a file are valid.
package struct CertificateValidity: Hashable, Sendable {
    package var file: String
    /// Both in words, "2027-11-24".
    package var firstDay: String
    package var lastDay: String
    /// Whole days that are left, negative where it has ended.
    package var daysLeft: Int
    package var hasBegun: Bool

    /// Reads the files of a reader and checks them as its links do: for each file with certificates how long it is of use.
    ///
    /// Of a chain the certificate that ends first counts, of authorities the one that ends last.
    /// - Throws: `LinkError` where a file cannot be read, holds something else, or does not fit the others.
    package static func ofReader(_ files: TLSFiles) throws(LinkError) -> [CertificateValidity] {
        do {
            let log = Logger(label: "unheard") { _ in SwiftLogNoOpLogHandler() }
            _ = try TLSCredentials(files, role: .client, log: log)
            let chain = try TLSCredentials.certificates(in: files.certificate)
            let authorities = try TLSCredentials.certificates(in: files.authorities)
            return [
                chain.min { $0.notValidAfter < $1.notValidAfter }.map { Self(files.certificate, $0) },
                authorities.max { $0.notValidAfter < $1.notValidAfter }.map { Self(files.authorities, $0) },
            ].compactMap(\.self)
        } catch let error as LinkError {
            throw error
        } catch {
            throw LinkError("\(files.certificate), \(files.key) and \(files.authorities): \(error); make them anew")
        }
    }

    private init(_ file: String, _ certificate: Certificate) {
        self.file = file
        firstDay = certificate.firstDay
        lastDay = certificate.lastDay
        daysLeft = Int((certificate.notValidAfter.timeIntervalSinceNow / 86_400).rounded(.down))
        hasBegun = certificate.notValidBefore <= .now
    }
}
