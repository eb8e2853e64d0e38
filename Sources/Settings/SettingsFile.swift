import Yams

/// A YAML file whose keys are asked for one by one; what nobody asked for is an error.
///
/// Ask `root` for every key there may be, then call `finish`: it throws all problems at once.
package final class SettingsFile {
    /// The top of the file; empty for an empty file.
    package let root: SettingsMapping
    private let name: String
    private let collector: ProblemCollector

    /// - Parameters:
    ///   - text: the YAML.
    ///   - name: the file as errors call it.
    /// - Throws: where the text is no YAML, uses a key twice, or is no mapping.
    package init(_ text: String, name: String) throws(SettingsProblems) {
        self.name = name
        collector = ProblemCollector()
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw SettingsProblems(file: name, problems: [Self.problem(of: error)])
        }
        switch node {
        case nil: root = SettingsMapping(Node.Mapping([]), path: "", collector: collector)
        case .mapping(let mapping): root = SettingsMapping(mapping, path: "", collector: collector)
        case let other?:
            let mark = other.mark
            throw SettingsProblems(
                file: name,
                problems: [
                    .init(
                        line: mark?.line ?? 1, column: mark?.column ?? 1,
                        text: "write keys and values, as in `key: value`")
                ])
        }
    }

    /// Throws every problem that was found, keys that nobody asked for included.
    package func finish() throws(SettingsProblems) {
        root.reportUnknown()
        guard !collector.problems.isEmpty else { return }
        let sorted = collector.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        throw SettingsProblems(file: name, problems: sorted)
    }

    private static func problem(of error: any Error) -> SettingsProblems.Problem {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            .init(line: mark.line, column: mark.column, text: problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            .init(
                line: context.mark.line, column: context.mark.column,
                text: "\(duplicates.joined(separator: ", ")) stands here more than once: keep one")
        case .reader(let problem, _, _, _):
            .init(line: 1, column: 1, text: "\(problem): save the file as UTF-8 text")
        default:
            .init(line: 1, column: 1, text: "no YAML: \(error)")
        }
    }
}

/// Problems of one file, shared by its mappings.
final class ProblemCollector {
    var problems: [SettingsProblems.Problem] = []

    func add(_ node: Node, _ text: String) {
        problems.append(.init(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, text: text))
    }
}
