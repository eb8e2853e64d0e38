import Yams

/// A value of the settings, and where it was written.
struct SettingsNode {
    indirect enum Value {
        /// Nothing, `~` or `null`, without quotes.
        case null
        case scalar(String)
        case list([SettingsNode])
        case mapping([Entry])
    }

    struct Entry {
        var key: String
        var place: SettingsPlace
        var value: SettingsNode
    }

    var value: Value
    var place: SettingsPlace

    init(_ value: Value, at place: SettingsPlace) {
        self.value = value
        self.place = place
    }

    /// - Parameters:
    ///   - place: of everything in it; nil: where the YAML says.
    ///   - budget: nodes that may still come. Aliases of aliases make a short file a huge one.
    /// - Throws: where they are too many.
    init(_ node: Node, at place: SettingsPlace? = nil, budget: inout Int) throws(SettingsProblems.Problem) {
        let here = place ?? .file(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
        budget -= 1
        guard budget > 0 else { throw .init(place: here, text: "too many aliases: write out what they stand for") }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style != .singleQuoted && scalar.style != .doubleQuoted
            self.init(
                isPlain && ["", "~", "null"].contains(scalar.string) ? .null : .scalar(scalar.string), at: here)
        case .sequence(let sequence):
            var elements: [SettingsNode] = []
            for element in sequence { elements.append(try SettingsNode(element, at: place, budget: &budget)) }
            self.init(.list(elements), at: here)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                let keyPlace = place ?? .file(line: key.mark?.line ?? 1, column: key.mark?.column ?? 1)
                guard let name = key.string else {
                    throw .init(place: keyPlace, text: "a key is a word, as in `key: value`")
                }
                let value = try SettingsNode(value, at: place, budget: &budget)
                entries.append(Entry(key: name, place: keyPlace, value: value))
            }
            self.init(.mapping(entries), at: here)
        case .alias:
            throw .init(place: here, text: "write out what the alias stands for")
        }
    }

    /// An override without a value: as if the key had not been written.
    var isTakenBack: Bool {
        if case .null = value, case .named = place { true } else { false }
    }

    /// The value of a key of a mapping; nil where there is none.
    func entry(_ key: String) -> SettingsNode? {
        guard case .mapping(let entries) = value else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The deepest node on the way along `steps`: there a problem is shown, where the last one is not written.
    func deepest(along steps: ArraySlice<SettingsPath.Step>) -> SettingsNode {
        let next: SettingsNode? =
            switch (steps.first, value) {
            case (.key(let key), _): entry(key)
            case (.index(let index), .list(let elements)) where elements.indices.contains(index): elements[index]
            default: nil
            }
        guard let next, !next.isTakenBack else { return self }
        return next.deepest(along: steps.dropFirst())
    }
}

/// Where a setting was written.
enum SettingsPlace: Hashable, Sendable {
    /// Both from 1.
    case file(line: Int, column: Int)
    /// A variable of the environment or a flag; `order` is its place among them.
    case named(String, order: Int)
}
