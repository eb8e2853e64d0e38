import Settings

extension TraceSettings {
    /// From one file with the one before it, octets.
    static let limitRange = 1_048_576...1_099_511_627_776

    /// Reads the mapping; nil where there is no file to write to.
    init?(_ mapping: SettingsMapping) {
        let format = mapping.choice("format", of: Format.self) ?? .jsonl
        let limit = mapping.int("limit-octets", in: Self.limitRange)
        guard let path = mapping.string("file") else {
            if !mapping.has("file") {
                mapping.problem("file", "name the trace, as in `trace: {file: /var/lib/aiot-reader/trace.jsonl}`")
            }
            return nil
        }
        self.init(path: path, format: format)
        if let limit { limitOctets = limit }
    }
}
