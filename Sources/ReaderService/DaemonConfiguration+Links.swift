import CoreLink
import Settings

extension DaemonConfiguration {
    /// The AIoTFs: `links`, and the `tls` that they share.
    mutating func readLinks(_ root: SettingsMapping) {
        let tls = root.mapping("tls").flatMap(Self.tls)
        let listed = root.mappings("links")
        for link in listed ?? [] { read(link, tls) }
        if listed?.isEmpty ?? !root.has("links") {
            root.problem("links", "name at least one, as in `- {name: core, endpoints: [tls://HOST]}`")
        }
    }

    private mutating func read(_ mapping: SettingsMapping, _ common: TLSFiles?) {
        let name = mapping.string("name", default: "link-\(links.count + 1)")
        let tls = mapping.mapping("tls").flatMap(Self.tls) ?? common
        var endpoints: [LinkAddress] = []
        let texts = mapping.strings("endpoints")
        for text in texts ?? [] {
            do {
                let address = try LinkAddress(endpoint: text)
                if case .tls = address, tls == nil {
                    mapping.problem("endpoints", "\(text) needs tls: {certificate: …, key: …, authorities: …}")
                }
                if endpoints.contains(address) { mapping.problem("endpoints", "\(text) stands here twice") }
                endpoints.append(address)
            } catch {
                mapping.problem("endpoints", "\(error)")
            }
        }
        if texts?.isEmpty ?? !mapping.has("endpoints") {
            mapping.problem("endpoints", "name at least one, as in [tls://aiotf.example:38413]")
        }
        if name.isEmpty { mapping.problem("name", "write what the log is to call it") }
        if links.contains(where: { $0.name == name }) {
            mapping.problem("name", "\(name) stands here twice: give each link a name of its own")
        }
        links.append(Link(name: name, endpoints: endpoints, tls: tls))
    }

    /// Certificate, key and authorities as PEM files; nil, with a problem, where one is missing.
    private static func tls(_ mapping: SettingsMapping) -> TLSFiles? {
        let paths = ["certificate", "key", "authorities"].map { key -> String? in
            let path = mapping.string(key)
            if path == nil, !mapping.has(key) { mapping.problem(key, "name the PEM file") }
            return path
        }
        let names = mapping.strings("peer-names") ?? []
        guard let certificate = paths[0], let key = paths[1], let authorities = paths[2] else { return nil }
        return TLSFiles(certificate: certificate, key: key, authorities: authorities, peerNames: names)
    }
}
