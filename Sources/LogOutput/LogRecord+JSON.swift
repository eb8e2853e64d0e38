import Logging

extension LogRecord {
    /// One JSON object, one line: `time`, `level`, `logger`, `message`, and each field under its key, all of them texts.
    package var json: String {
        let own = [
            ("time", UTC.stamp(unixNanoseconds)), ("level", level.rawValue), ("logger", label), ("message", message),
        ]
        let others = fields.map { field in
            (own.contains { $0.0 == field.key } ? field.key + "_" : field.key, field.value)
        }
        return "{" + (own + others).map { "\($0.jsonQuoted):\($1.jsonQuoted)" }.joined(separator: ",") + "}"
    }
}
