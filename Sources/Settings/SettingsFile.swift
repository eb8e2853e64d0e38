import Yams

/// A YAML file whose keys are asked for one by one; what nobody asked for is an error.
///
/// Ask `root` for every key there may be, then call `finish`: it throws all problems at once.
package final class SettingsFile {
    /// The top of the file; empty for an empty file.
    package let root: SettingsMapping
    private let name: String
    private let tree: SettingsNode
    private let collector: SettingsCollector

    /// - Parameters:
    ///   - text: the YAML.
    ///   - name: the file as errors call it.
    ///   - overrides: go before the text, and later ones before earlier ones.
    /// - Throws: where the text is no YAML, uses a key twice, or is no mapping.
    package init(_ text: String, name: String, overrides: [SettingsOverride] = []) throws(SettingsProblems) {
        self.name = name
        let collector = SettingsCollector()
        var budget = 100_000
        var tree: SettingsNode
        do {
            tree = try Self.tree(of: text, budget: &budget)
        } catch {
            throw SettingsProblems(file: name, problems: [error])
        }
        for (order, override) in overrides.enumerated() {
            do {
                try override.apply(to: &tree, order: order, budget: &budget)
            } catch {
                collector.problems.append(error)
            }
        }
        self.tree = tree
        self.collector = collector
        root = SettingsMapping(tree, path: "", collector: collector)
    }

    private static func tree(
        of text: String, budget: inout Int
    ) throws(SettingsProblems.Problem) -> SettingsNode {
        let parsed: Node?
        do {
            parsed = try Yams.compose(yaml: text)
        } catch {
            throw Self.problem(of: error)
        }
        let empty = SettingsNode(.mapping([]), at: .file(line: 1, column: 1))
        guard let parsed else { return empty }
        let node = try SettingsNode(parsed, budget: &budget)
        switch node.value {
        case .mapping: return node
        case .null: return empty
        case .scalar, .list: throw .init(place: node.place, text: "write keys and values, as in `key: value`")
        }
    }

    /// Throws every problem that was found, keys that nobody asked for included.
    package func finish() throws(SettingsProblems) {
        root.reportUnknown()
        guard collector.problems.isEmpty else { throw SettingsProblems(file: name, problems: collector.problems) }
    }

    /// What is in force; right once everything has been asked for, and where `finish` throws nothing.
    package var effective: EffectiveSettings {
        let set = Set(collector.entries.map { SettingsCollector.withoutPlaces($0.key) })
        let unset = collector.asked.filter { key in
            !set.contains(key) && !collector.asked.contains { $0.hasPrefix(key + ".") || $0.hasPrefix(key + "[") }
        }
        return EffectiveSettings(entries: collector.entries, unset: unset.sorted())
    }

    /// Reports a problem at the setting to blame, as in `front-end.transmitter.serial`, or as near to it as is written.
    package func problem(at key: String, _ text: String) {
        let steps = SettingsPath(key)?.steps ?? []
        collector.problems.append(.init(place: tree.deepest(along: steps[...]).place, text: "\(key): \(text)"))
    }

    /// What people mostly have written where the YAML library says this.
    private static func remedy(_ problem: String) -> String {
        problem.contains("cannot start any token")
            ? ": indent with spaces, not tabs, and put text that begins with % @ or ` in quotes" : ""
    }

    static func problem(of error: any Error) -> SettingsProblems.Problem {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            .init(
                place: .file(line: mark.line, column: mark.column),
                text: (context.map { $0.text + ": " } ?? "") + problem + remedy(problem))
        case .duplicatedKeysInMapping(let duplicates, let context):
            .init(
                place: .file(line: context.mark.line, column: context.mark.column),
                text: "\(duplicates.joined(separator: ", ")) stands here more than once: keep one")
        case .reader(let problem, _, _, _):
            .init(place: .file(line: 1, column: 1), text: "\(problem): save the file as UTF-8 text")
        default:
            .init(place: .file(line: 1, column: 1), text: "no YAML: \(error)")
        }
    }
}

/// What the mappings of one file have found, shared by them.
final class SettingsCollector {
    var problems: [SettingsProblems.Problem] = []
    private(set) var entries: [EffectiveSettings.Entry] = []
    private(set) var asked: Set<String> = []
    /// Where in `entries` a key stands.
    private var places: [String: Int] = [:]

    /// A later reading of the same key replaces an earlier one.
    func record(_ entry: EffectiveSettings.Entry) {
        if let place = places[entry.key] {
            entries[place] = entry
        } else {
            places[entry.key] = entries.count
            entries.append(entry)
        }
    }

    func note(asked path: String) { asked.insert(Self.withoutPlaces(path)) }

    /// `links[].name` of `links[0].name`.
    static func withoutPlaces(_ path: String) -> String {
        var key = ""
        var isInside = false
        for letter in path {
            if letter == "]" { isInside = false }
            if !isInside { key.append(letter) }
            if letter == "[" { isInside = true }
        }
        return key
    }
}
