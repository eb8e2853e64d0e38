/// Names and labels as Prometheus takes them.
enum Labels {
    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`; what else there is becomes `_`.
    static func name(_ text: String) -> String { harmless(text, takesColon: true) }

    /// `a="b"` and `c="d"`, by name; the first of two equal names counts.
    static func pairs(_ dimensions: [(String, String)]) -> [String] {
        var seen: Set<String> = []
        return
            dimensions.map { (harmless($0.0, takesColon: false), $0.1) }
            .filter { seen.insert($0.0).inserted }
            .sorted { $0.0 < $1.0 }
            .map { pair($0.0, $0.1) }
    }

    static func pair(_ name: String, _ value: String) -> String {
        var escaped = ""
        // By scalars: as characters a line end behind \r and a quote below an accent are others.
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "\(name)=\"\(escaped)\""
    }

    private static func harmless(_ text: String, takesColon: Bool) -> String {
        let letters = text.unicodeScalars.map { scalar -> Character in
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "_": Character(scalar)
            case ":" where takesColon: ":"
            default: "_"
            }
        }
        let name = String(letters)
        return name.first.map { $0.isNumber } ?? true ? "_" + name : name
    }
}
