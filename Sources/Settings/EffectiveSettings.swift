/// What is in force: the value of every setting, defaults included.
package struct EffectiveSettings: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// As in `air.q` and `links[0].name`.
        package var key: String
        /// As YAML.
        package var value: String
        /// Nobody has written it.
        package var isDefault: Bool
    }

    /// Every key once, in the order in which they were asked for.
    package var entries: [Entry]
    /// Keys that may be written, are not, and have no default; `[]` is any place of a list.
    package var unset: [String]

    package init(entries: [Entry] = [], unset: [String] = []) {
        self.entries = entries
        self.unset = unset
    }

    /// YAML of a key's value; nil where it has none.
    package subscript(key: String) -> String? { entries.first { $0.key == key }?.value }

    /// Keys that have another value than they had, or are on one side only, in the order of these settings; whether a
    /// value is written or the default is no difference.
    package func changedKeys(from old: EffectiveSettings) -> [String] {
        let before = Dictionary(old.entries.map { ($0.key, $0.value) }) { $1 }
        let now = Set(entries.map(\.key))
        return entries.filter { before[$0.key] != $0.value }.map(\.key)
            + old.entries.map(\.key).filter { !now.contains($0) }
    }

    /// As a file that gives the same settings; behind defaults stands `# default`.
    package var yaml: String {
        var top = Branch()
        for entry in entries { top.put(entry, along: SettingsPath(entry.key)?.steps[...] ?? []) }
        return top.lines(indent: 0).map { $0 + "\n" }.joined()
    }

    /// A text as YAML, in quotes where it could be taken for something else.
    static func quoted(_ text: String) -> String {
        let isWord =
            text.first.map { $0.isASCII && $0.isLetter || $0 == "/" } ?? false
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
        if isWord, text.lowercased() != "null" { return text }
        return "\"" + text.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\t": return "\\t"
        default:
            // What YAML counts as not printable or takes for a line's end.
            let isPlain =
                (0x20...0x7E).contains(scalar.value) || (0xA0...0xD7FF).contains(scalar.value)
                || (0xE000...0xFFFD).contains(scalar.value) && scalar.value != 0xFEFF || scalar.value > 0xFFFF
            guard !isPlain || scalar.value == 0x2028 || scalar.value == 0x2029 else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
        }
    }
}

/// Settings as the tree that their keys make.
private struct Branch {
    var entry: EffectiveSettings.Entry?
    var children: [(step: SettingsPath.Step, branch: Branch)] = []

    mutating func put(_ entry: EffectiveSettings.Entry, along steps: ArraySlice<SettingsPath.Step>) {
        guard let step = steps.first else {
            self.entry = entry
            return
        }
        let index = children.firstIndex { $0.step == step } ?? children.count
        if index == children.count { children.append((step, Branch())) }
        children[index].branch.put(entry, along: steps.dropFirst())
    }

    func lines(indent: Int) -> [String] {
        let space = String(repeating: " ", count: indent)
        return children.flatMap { step, branch -> [String] in
            switch step {
            case .key(let key):
                if let entry = branch.entry, branch.children.isEmpty {
                    return ["\(space)\(key): \(entry.value)" + (entry.isDefault ? "  # default" : "")]
                }
                return ["\(space)\(key):"] + branch.lines(indent: indent + 2)
            case .index:
                var lines = branch.lines(indent: indent + 2)
                if let first = lines.first { lines[0] = "\(space)- " + first.dropFirst(indent + 2) }
                return lines
            }
        }
    }
}
