package import AIoTBase
import AIoTMac
package import AIoTReader
package import CoreLink
package import Settings

/// What the daemon is told by its configuration file; the front end is the program's own part of it.
package struct DaemonConfiguration: Sendable {
    /// A link: one AIoTF, reached at the first of its endpoints that serves.
    package struct Link: Sendable {
        package var name: String
        /// The most preferred first.
        package var endpoints: [LinkAddress]
        package var tls: TLSFiles?
    }

    package var reader = ReaderConfiguration()
    package var links: [Link] = []
    /// Holds the epoch and the spool.
    package var stateDirectory = "/var/lib/aiot-reader"
    package var spoolLimitOctets = 16_777_216
    /// How long exchanges in flight may take when the service ends.
    package var stopTimeout = AirDuration.milliseconds(3_000)
    package var log = LogSettings()
    package var metrics: MetricsSettings?
    /// The socket over which a running daemon is asked and told; nil: there is none.
    package var controlSocket: String?
    package var readiness = Readiness()
    package var healthRules: [HealthRule] = []
    package var trace: TraceSettings?

    /// Reads what the daemon needs from the top of a settings file; problems are left in `root` for `finish` to throw.
    /// - Parameters:
    ///   - sampleRateHz: of the front end.
    ///   - minTurnaroundMilliseconds: goes before the file's; within `ReaderConfiguration.minTurnaroundRange`.
    package init(_ root: SettingsMapping, sampleRateHz: Double? = nil, minTurnaroundMilliseconds: Int? = nil) {
        if let sampleRateHz { reader.sampleRateHz = sampleRateHz }
        if let identity = root.mapping("reader") { readIdentity(identity) }
        if let air = root.mapping("air") { readAir(air) }
        if let minTurnaroundMilliseconds { reader.minTurnaroundMilliseconds = minTurnaroundMilliseconds }
        for problem in reader.problems { root.problem("air", problem) }
        let tls = root.mapping("tls").flatMap(Self.tls)
        let listed = root.mappings("links")
        for link in listed ?? [] { read(link, tls) }
        if listed?.isEmpty ?? !root.has("links") {
            root.problem("links", "name at least one, as in `- {name: core, endpoints: [tls://HOST]}`")
        }
        if let path = root.string("state-directory") { stateDirectory = path }
        if let spool = root.mapping("spool"), let limit = spool.int("limit-octets", in: 65_536...1_073_741_824) {
            spoolLimitOctets = limit
        }
        trace = root.mapping("trace").flatMap { TraceSettings($0) }
        if let milliseconds = root.int("stop-timeout-ms", in: 0...60_000) {
            stopTimeout = .milliseconds(Int64(milliseconds))
        }
    }

    private mutating func readIdentity(_ mapping: SettingsMapping) {
        if let name = mapping.string("name") {
            let isPrintable = name.utf8.allSatisfy { (0x20...0x7A).contains($0) } && (1...150).contains(name.utf8.count)
            if isPrintable {
                reader.identity.name = name
            } else {
                mapping.problem("name", "write 1 to 150 plain letters")
            }
        }
        if let id = mapping.int("gnb-id", in: 0...0x3F_FFFF) { reader.identity.gnbID = UInt32(id) }
        if let index = mapping.int("index", in: 1...65_535) { reader.identity.readerIndex = index }
        if let plmn = octets("plmn", mapping) { reader.identity.plmn = plmn }
        if let code = octets("tracking-area", mapping) { reader.identity.trackingAreaCode = code }
        if let code = octets("area", mapping) { reader.identity.areaCode = code }
    }

    /// Three octets in hex.
    private func octets(_ key: String, _ mapping: SettingsMapping) -> [UInt8]? {
        guard let text = mapping.string(key) else { return nil }
        guard let octets = Hex.decoded(text), octets.count == 3 else {
            mapping.problem(key, "write six hexadecimal digits in quotes, as in \"00f110\"")
            return nil
        }
        return octets
    }

    private enum Access: String, CaseIterable {
        case auto
        case cbra
        case direct
        case cfra
    }

    private mutating func readAir(_ mapping: SettingsMapping) {
        if let m = mapping.int("chips-per-symbol", in: 1...24) { reader.chipsPerSymbol = m }
        if let code = mapping.int("rate-code", in: 0...7) { reader.rateCode = code }
        if let code = mapping.int("subcarrier-code", in: 0...3) { reader.subcarrierCode = code }
        if let fec = mapping.bool("fec") { reader.fec = fec }
        if let repetition = mapping.bool("repetition") { reader.repetition = repetition }
        if let midamble = mapping.bool("midamble") { reader.midamble = midamble }
        if let positions = mapping.int("frequencies", in: 1...8) {
            reader.frequencyCode = positions.trailingZeroBitCount
            if positions.nonzeroBitCount != 1 { mapping.problem("frequencies", "write 1, 2, 4 or 8") }
        }
        switch mapping.choice("access", of: Access.self) {
        case .cbra: reader.accessMode = .cbra
        case .direct: reader.accessMode = .direct
        case .cfra: reader.accessMode = .cfra
        case .auto, nil: break
        }
        reader.fixedQ = mapping.int("q", in: 0...15)
        if let rounds = mapping.int("max-rounds", in: 1...10_000) { reader.maxRounds = rounds }
        if let least = mapping.int("min-turnaround-ms", in: ReaderConfiguration.minTurnaroundRange) {
            reader.minTurnaroundMilliseconds = least
        }
        if let budget = mapping.int("exchange-budget-ms", in: 1...60_000) { reader.exchangeBudgetMilliseconds = budget }
        if let hold = mapping.int("link-hold-ms", in: 0...3_600_000) { reader.linkHoldMilliseconds = hold }
        if let hold = mapping.int("radio-hold-ms", in: 0...3_600_000) { reader.radioHoldMilliseconds = hold }
    }

    private mutating func read(_ mapping: SettingsMapping, _ common: TLSFiles?) {
        let name = mapping.string("name") ?? "link-\(links.count + 1)"
        let tls = mapping.mapping("tls").flatMap(Self.tls) ?? common
        var endpoints: [LinkAddress] = []
        let texts = mapping.strings("endpoints")
        for text in texts ?? [] {
            do {
                let address = try LinkAddress(endpoint: text)
                if case .tls = address, tls == nil {
                    mapping.problem("endpoints", "\(text) needs tls: {certificate: …, key: …, authorities: …}")
                }
                endpoints.append(address)
            } catch {
                mapping.problem("endpoints", "\(error)")
            }
        }
        if texts?.isEmpty ?? !mapping.has("endpoints") {
            mapping.problem("endpoints", "name at least one, as in [tls://aiotf.example:38413]")
        }
        if links.contains(where: { $0.name == name }) { mapping.problem("name", "\(name) stands here twice") }
        links.append(Link(name: name, endpoints: endpoints, tls: tls))
    }

    /// Certificate, key and authorities as PEM files; nil, with a problem, where one is missing.
    private static func tls(_ mapping: SettingsMapping) -> TLSFiles? {
        let paths = ["certificate", "key", "authorities"].map { key -> String? in
            let path = mapping.string(key)
            if path == nil { mapping.problem(key, "name the PEM file") }
            return path
        }
        let names = mapping.strings("peer-names") ?? []
        guard let certificate = paths[0], let key = paths[1], let authorities = paths[2] else { return nil }
        return TLSFiles(certificate: certificate, key: key, authorities: authorities, peerNames: names)
    }
}
