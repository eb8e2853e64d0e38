/// The way to a setting: keys with dots between them, places of lists in brackets or as keys of digits.
struct SettingsPath {
    enum Step: Hashable {
        case key(String)
        case index(Int)
    }

    var steps: [Step]

    /// Reads `links[0].name` and `links.0.name`; nil where a part is missing.
    init?(_ text: String) {
        steps = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            guard let first = pieces.first, !first.isEmpty else { return nil }
            steps.append(Self.step(first))
            for piece in pieces.dropFirst() {
                guard piece.last == "]", case .index(let index) = Self.step(piece.dropLast()) else { return nil }
                steps.append(.index(index))
            }
        }
        guard case .key = steps.first else { return nil }
    }

    private static func step(_ text: Substring) -> Step {
        // No list of a file is longer than its places can be told in.
        guard text.utf8.count < 6, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(text) else {
            return .key(String(text))
        }
        return .index(index)
    }

    /// `links[0].name`.
    static func text(_ steps: some Sequence<Step>) -> String {
        steps.reduce("") { text, step in
            switch step {
            case .key(let key): text.isEmpty ? key : "\(text).\(key)"
            case .index(let index): "\(text)[\(index)]"
            }
        }
    }
}
