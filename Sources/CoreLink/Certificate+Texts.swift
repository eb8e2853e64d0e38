import Foundation
import NIOCore
import NIOSSL
import SwiftASN1
import X509

/// How a certificate is spoken of.
extension Certificate {
    var firstDay: String { Self.day(notValidBefore) }
    var lastDay: String { Self.day(notValidAfter) }

    private static func day(_ date: Date) -> String { date.formatted(.iso8601.year().month().day()) }

    /// Its DNS names and addresses (subjectAltName).
    var names: [String] {
        guard let names = try? extensions.subjectAlternativeNames else { return [] }
        return names.compactMap { name in
            switch name {
            case .dnsName(let name): name
            case .ipAddress(let address): Self.text(address.bytes)
            default: nil
            }
        }
    }

    private static func text(_ address: ArraySlice<UInt8>) -> String? {
        try? SocketAddress(packedIPAddress: ByteBuffer(bytes: address), port: 0).ipAddress
    }

    /// Whether `name` is one of its names; DNS names in either case, addresses however they are written.
    func has(name: String) -> Bool {
        let wanted = (try? SocketAddress(ipAddress: name, port: 0).ipAddress) ?? name
        return names.contains { $0.lowercased() == wanted.lowercased() }
    }

    func forNIOSSL() throws -> NIOSSLCertificate {
        try NIOSSLCertificate(bytes: serializeAsPEM().derBytes, format: .der)
    }
}
