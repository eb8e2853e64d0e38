extension LogRecord {
    /// A datagram in journald's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): PRIORITY, SYSLOG_IDENTIFIER, MESSAGE,
    /// and AIOT_KEY for each field.
    package var journalEntry: [UInt8] {
        var entry: [UInt8] = []
        Self.append("PRIORITY", "\(priority)", to: &entry)
        Self.append("SYSLOG_IDENTIFIER", label, to: &entry)
        Self.append("MESSAGE", message, to: &entry)
        for field in fields { Self.append(Self.journalName(field.key), field.value, to: &entry) }
        return entry
    }

    /// Capitals, digits and underscores, 64 at most: what journald takes.
    static func journalName(_ key: String) -> String {
        let letters = key.utf8.prefix(59).map { octet -> Character in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): Character(Unicode.Scalar(octet - 32))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                Character(Unicode.Scalar(octet))
            default: "_"
            }
        }
        return "AIOT_" + String(letters)
    }

    /// `NAME=value`, or, where the value has lines, name and value with its length between them: so it ends no field.
    private static func append(_ name: String, _ value: String, to entry: inout [UInt8]) {
        let lines = value.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).harmless }
        let octets = Array(lines.joined(separator: "\n").utf8)
        entry += Array(name.utf8)
        if lines.count == 1 {
            entry.append(UInt8(ascii: "="))
        } else {
            entry.append(UInt8(ascii: "\n"))
            let length = UInt64(octets.count)
            for shift in stride(from: 0, to: 64, by: 8) { entry.append(UInt8(truncatingIfNeeded: length >> shift)) }
        }
        entry += octets
        entry.append(UInt8(ascii: "\n"))
    }
}
