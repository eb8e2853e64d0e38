/// The PEM files of one side of TLS; both sides always show certificates.
package struct TLSFiles: Hashable, Sendable {
    /// This side's certificate, followed by intermediate ones where there are any.
    package var certificate: String
    /// Its private key.
    package var key: String
    /// The authorities that may have signed the other side's certificate.
    package var authorities: String
    /// DNS names or addresses, one of which the other side's certificate must have (subjectAltName). Empty: on a client
    /// the endpoint's host, on a server any.
    package var peerNames: [String]

    package init(certificate: String, key: String, authorities: String, peerNames: [String] = []) {
        self.certificate = certificate
        self.key = key
        self.authorities = authorities
        self.peerNames = peerNames
    }

    static func needed(_ files: TLSFiles?) throws(LinkError) -> TLSFiles {
        guard let files else {
            throw LinkError("an address is tls:// and no TLS files are given: name certificate, key and authorities")
        }
        return files
    }
}
