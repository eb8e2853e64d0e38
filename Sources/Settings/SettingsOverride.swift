import Yams

/// A setting from the environment or the command line, which goes before the file.
package struct SettingsOverride: Hashable, Sendable {
    /// What errors call it: `--set air.q`, `AIOT_READER_AIR__Q`.
    package var name: String
    /// As in `air.q` or `links[0].name`.
    package var key: String
    package var value: Value

    package enum Value: Hashable, Sendable {
        /// Read as in the file: `8`, `[a, b]`. Nothing, `~` and `null` take the key of the file back.
        case yaml(String)
        /// As it is.
        case text(String)
    }

    package init(name: String, key: String, value: Value) {
        self.name = name
        self.key = key
        self.value = value
    }

    /// `KEY=VALUE`, the value as YAML; nil where there is no key or no `=`.
    package init?(assignment: String, flag: String) {
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else { return nil }
        let key = String(assignment[..<equals])
        self.init(
            name: "\(flag) \(key)", key: key, value: .yaml(String(assignment[assignment.index(after: equals)...])))
    }

    /// Variables with a prefix, in the order of their names: behind it `__` is a dot and `_` a dash, so
    /// `AIOT_READER_AIR__MAX_ROUNDS` is `air.max-rounds`, and `AIOT_READER_LINKS__0__NAME` is `links[0].name`.
    package static func inEnvironment(_ environment: [String: String], prefix: String) -> [SettingsOverride] {
        environment.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.map { name, value in
            let parts = name.dropFirst(prefix.count).lowercased().split(
                separator: "__", omittingEmptySubsequences: false)
            let key = parts.map { $0.map { $0 == "_" ? "-" : String($0) }.joined() }.joined(separator: ".")
            return SettingsOverride(name: name, key: key, value: .yaml(value))
        }
    }

    /// Puts the setting into the tree.
    func apply(to root: inout SettingsNode, order: Int, budget: inout Int) throws(SettingsProblems.Problem) {
        let place = SettingsPlace.named(name, order: order)
        guard let path = SettingsPath(key) else {
            throw .init(place: place, text: "write a key, as in air.max-rounds or links[0].name")
        }
        root = try Self.putting(
            try node(at: place, budget: &budget), into: root, along: path.steps[...], walked: [], place)
    }

    private func node(at place: SettingsPlace, budget: inout Int) throws(SettingsProblems.Problem) -> SettingsNode {
        switch value {
        case .text(let text): return SettingsNode(.scalar(text), at: place)
        case .yaml(let text):
            let parsed: Node?
            do {
                parsed = try Yams.compose(yaml: text)
            } catch {
                throw .init(
                    place: place, text: "\(key): \(SettingsFile.problem(of: error).text); quote what is no YAML")
            }
            guard let parsed else { return SettingsNode(.null, at: place) }
            return try SettingsNode(parsed, at: place, budget: &budget)
        }
    }

    private static func putting(
        _ new: SettingsNode, into old: SettingsNode?, along steps: ArraySlice<SettingsPath.Step>,
        walked: [SettingsPath.Step], _ place: SettingsPlace
    ) throws(SettingsProblems.Problem) -> SettingsNode {
        guard let step = steps.first else { return new }
        let further = { (inner: SettingsNode?) throws(SettingsProblems.Problem) in
            try putting(new, into: inner, along: steps.dropFirst(), walked: walked + [step], place)
        }
        var node = old ?? SettingsNode(.null, at: place)
        switch (step, node.value) {
        case (.key(let key), .null):
            node = SettingsNode(.mapping([.init(key: key, place: place, value: try further(nil))]), at: node.place)
        case (.key(let key), .mapping(var entries)):
            if let index = entries.firstIndex(where: { $0.key == key }) {
                entries[index].value = try further(entries[index].value)
            } else {
                entries.append(.init(key: key, place: place, value: try further(nil)))
            }
            node.value = .mapping(entries)
        case (.index(0), .null):
            node = SettingsNode(.list([try further(nil)]), at: place)
        case (.index(let index), .list(var elements)) where index <= elements.count:
            let inner = try further(index < elements.count ? elements[index] : nil)
            if index < elements.count { elements[index] = inner } else { elements.append(inner) }
            node.value = .list(elements)
        case (.index, .null), (.index, .list):
            let count = if case .list(let elements) = node.value { elements.count } else { 0 }
            throw .init(
                place: place, text: "\(SettingsPath.text(walked)) has \(count) entries: write [\(count)] to add one")
        case (.index, _):
            throw .init(place: place, text: "\(SettingsPath.text(walked)) is no list: write a key below it")
        case (.key, _):
            throw .init(place: place, text: "\(SettingsPath.text(walked)) holds no keys: set it as a whole")
        }
        return node
    }
}
