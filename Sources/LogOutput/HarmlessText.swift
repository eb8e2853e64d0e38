extension Unicode.Scalar {
    /// Neither commands a terminal, nor begins a line, nor turns the direction of writing.
    var isHarmless: Bool {
        if (0x20..<0x7F).contains(value) { return true }
        return switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}

extension String {
    /// What comes from outside (serial numbers, a peer's texts) as it may stand in a line: controls are written out, as
    /// `\n` and `\u{1B}`.
    package var harmless: String {
        guard !unicodeScalars.allSatisfy(\.isHarmless) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case _ where scalar.isHarmless: text.unicodeScalars.append(scalar)
            default: text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            }
        }
        return text
    }

    /// In quotes where it would not be told from what stands beside it.
    var quotedWhereNeeded: String {
        // By scalars: a quote below an accent is another character.
        guard isEmpty || unicodeScalars.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" }) else {
            return harmless
        }
        var text = ""
        for scalar in unicodeScalars {
            if scalar == "\"" || scalar == "\\" { text += "\\" }
            text.unicodeScalars.append(scalar)
        }
        return "\"" + text.harmless + "\""
    }
}
