import AIoTBase
import CoreLink
import ServiceManager
package import Settings

/// How the AIoTF is run as a process.
package struct AIoTFSettings: Sendable {
    /// Where to listen: `tls://HOST:PORT`, `tcp://127.0.0.1:PORT`, `unix:/PATH` or `sctp://HOST:PORT`.
    package var listen: [String] = []
    package var store: String?
    package var keyFile: String?
    /// The path of the control socket; nil: none.
    package var control: String?
    package var identifier: [UInt8] = [0xA1]
    package var name = "aiotf-1"
    /// 3 octets.
    package var plmn: [UInt8] = [0x00, 0xF1, 0x10]
    package var certificate: String?
    package var privateKey: String?
    package var authorities: String?
    package var peerNames: [String] = []

    package init() {}

    /// - Throws: everything that is wrong with the file, with line and column.
    package init(file: SettingsFile) throws(SettingsProblems) {
        let root = file.root
        listen = root.strings("listen") ?? []
        store = root.string("store")
        keyFile = root.string("key-file")
        control = root.string("control")
        name = root.string("name") ?? name
        if let octets = Self.octets(root, "identifier", 1...32) { identifier = octets }
        if let octets = Self.octets(root, "plmn", 3...3) { plmn = octets }
        if let tls = root.mapping("tls") {
            certificate = tls.string("certificate")
            privateKey = tls.string("key")
            authorities = tls.string("authorities")
            peerNames = tls.strings("peer-names") ?? []
        }
        for address in listen {
            do throws(LinkAddressError) {
                _ = try LinkAddress(parsing: address)
            } catch {
                root.problem("listen", "\(error)")
            }
        }
        if !(1...150).contains(name.utf8.count) || !name.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            root.problem("name", "write 1 to 150 printable characters")
        }
        try file.finish()
    }

    private static func octets(_ root: SettingsMapping, _ key: String, _ count: ClosedRange<Int>) -> [UInt8]? {
        guard let text = root.string(key) else { return nil }
        guard let octets = Hex.decoded(text), count.contains(octets.count) else {
            root.problem(key, "write \(count.count == 1 ? "3" : "1 to 32") octets as hexadecimal digits, in quotes")
            return nil
        }
        return octets
    }

    /// The addresses, parsed.
    func addresses() throws(SettingsFailure) -> [LinkAddress] {
        guard !listen.isEmpty else { throw .noAddress }
        return try listen.map { text throws(SettingsFailure) in
            do throws(LinkAddressError) {
                return try LinkAddress(parsing: text)
            } catch {
                throw .link("\(error)")
            }
        }
    }

    /// Nil where no file of TLS is named.
    func tlsFiles() throws(SettingsFailure) -> TLSFiles? {
        switch (certificate, privateKey, authorities) {
        case (nil, nil, nil): return nil
        case (let certificate?, let key?, let authorities?):
            let credentials = ServiceCredentials.fromEnvironment
            do throws(CredentialMissing) {
                return TLSFiles(
                    certificate: try credentials.path(of: certificate), key: try credentials.path(of: key),
                    authorities: try credentials.path(of: authorities), peerNames: peerNames)
            } catch {
                throw .link(error.description)
            }
        default: throw .halfTLS
        }
    }
}

/// What is missing in the settings, or does not go together.
package enum SettingsFailure: ServiceFailure, Equatable {
    case noAddress
    /// An address, or the files of TLS.
    case link(String)
    case halfTLS
    case noStore

    package var description: String {
        switch self {
        case .noAddress: "nowhere to listen: give --listen tls://0.0.0.0:38413, or listen: [...] in the configuration"
        case .link(let text): text
        case .halfTLS: "TLS needs all of --certificate, --private-key and --authorities (tls: in the configuration)"
        case .noStore: "no store: give --store FILE, or store: FILE in the configuration"
        }
    }

    package var exitStatus: Int32 { ExitStatus.configuration }
}
