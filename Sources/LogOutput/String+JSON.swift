extension String {
    /// As a JSON string, in quotes, with nothing in it that commands a terminal or ends a line.
    package var jsonQuoted: String {
        // Most strings are plain.
        if utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) { return "\"\(self)\"" }
        var quoted = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.isHarmless: quoted.unicodeScalars.append(scalar)
            default: for unit in String(scalar).utf16 { quoted += "\\u" + Self.hex(unit) }
            }
        }
        return quoted + "\""
    }

    private static func hex(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
