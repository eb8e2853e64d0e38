import AIoTBase
import Logging
import Settings

extension DaemonConfiguration {
    /// What the daemon keeps, where it is asked, and how it ends.
    mutating func readState(_ root: SettingsMapping, _ runtimeDirectory: String?) {
        stateDirectory = root.string("state-directory", default: stateDirectory)
        if stateDirectory.isEmpty { root.problem("state-directory", "name a folder") }
        spoolLimitOctets = root.section("spool").int(
            "limit-octets", in: 65_536...1_073_741_824, default: spoolLimitOctets)
        stopTimeout = .milliseconds(Int64(root.int("stop-timeout-ms", in: 0...60_000, default: 50)))
        let control = root.section("control")
        let folder = runtimeDirectory ?? stateDirectory
        let socket = control.string("socket", default: "\(folder == "/" ? "" : folder)/control.sock")
        // The kernel's sockaddr_un has 108 octets, the last of them zero.
        if !(1...107).contains(socket.utf8.count) || socket.hasSuffix("/") {
            control.problem("socket", "\(socket): name a socket of 107 octets at most, or write off")
        }
        controlSocket = socket == "off" ? nil : socket
    }

    /// How it is watched: `log`, `metrics`, `ready`, `health`, `trace`.
    mutating func readWatching(_ root: SettingsMapping) {
        let logging = root.section("log")
        log.level = logging.choice("level", default: log.level)
        log.format = logging.choice("format", default: log.format)
        log.showsProtected = logging.bool("show-protected", default: log.showsProtected)
        if let mapping = root.mapping("metrics") {
            var settings = MetricsSettings()
            settings.host = mapping.string("host", default: settings.host)
            settings.port = mapping.int("port", in: 0...65_535, default: settings.port)
            if settings.host.isEmpty { mapping.problem("host", "write an address of this machine, as in 127.0.0.1") }
            metrics = settings
        }
        let ready = root.section("ready")
        readiness.frontEnd = ready.choice("front-end", default: readiness.frontEnd)
        readiness.links = ready.choice("links", default: readiness.links)
        for rule in root.mappings("health") ?? [] { readHealth(rule) }
        if let mapping = root.mapping("trace") { readTrace(mapping) }
    }

    private mutating func readHealth(_ mapping: SettingsMapping) {
        let name = mapping.string("name")
        let counter = mapping.string("counter")
        let above = mapping.number("above", in: 0...1e12)
        let window = mapping.int("window-s", in: 1...86_400, default: 60)
        let deed = mapping.choice("do", of: HealthRule.Deed.self)
        let remedies = [
            "name": "write what the log and the alerts are to call the rule",
            "counter": "name the counter, as in aiot_reader_occasions_total{outcome=\"collided\"}",
            "above": "write the growth within window-s that is too much",
            "do": "write log, degrade or restart",
        ]
        for key in ["name", "counter", "above", "do"] where !mapping.has(key) {
            mapping.problem(key, remedies[key] ?? "")
        }
        if let counter { check(counter, mapping) }
        guard let name, let counter, let above, let deed else { return }
        if name.isEmpty { mapping.problem("name", remedies["name"] ?? "") }
        if healthRules.contains(where: { $0.name == name }) {
            mapping.problem("name", "\(name) stands here twice: give each rule a name of its own")
        }
        healthRules.append(
            HealthRule(name: name, counter: counter, above: above, windowSeconds: window, deed: deed))
    }

    private func check(_ counter: String, _ mapping: SettingsMapping) {
        do {
            let selector = try CounterSelector(counter)
            guard selector.label == "link", let link = selector.value else { return }
            if !links.contains(where: { $0.name == link }) {
                mapping.problem(
                    "counter", "no link is called \(link): write one of \(links.map(\.name).joined(separator: ", "))")
            }
        } catch {
            mapping.problem("counter", "\(error)")
        }
    }

    private mutating func readTrace(_ mapping: SettingsMapping) {
        let path = mapping.string("file")
        var settings = TraceSettings(path: path ?? "")
        settings.format = mapping.choice("format", default: settings.format)
        settings.limitOctets = mapping.int(
            "limit-octets", in: 65_536...1_099_511_627_776, default: settings.limitOctets)
        if path?.isEmpty ?? !mapping.has("file") || settings.path.hasSuffix("/") {
            mapping.problem("file", "name a file, as in `trace: {file: /var/lib/aiot-reader/trace.jsonl}`")
        }
        trace = settings
    }
}
