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
        return "{" + (own + others).map { "\(Self.quoted($0)):\(Self.quoted($1))" }.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.isHarmless: quoted.unicodeScalars.append(scalar)
            default: for unit in String(scalar).utf16 { quoted += "\\u" + hex(unit) }
            }
        }
        return quoted + "\""
    }

    private static func hex(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
