/// What is wrong with the settings: every problem found, each with its place.
package struct SettingsProblems: Error, CustomStringConvertible, Sendable {
    /// One problem: what to change, and where.
    package struct Problem: Error, Hashable, Sendable {
        var place: SettingsPlace
        package var text: String

        /// From 1; nil where the setting is not the file's.
        package var line: Int? { if case .file(let line, _) = place { line } else { nil } }
        /// From 1; nil where the setting is not the file's.
        package var column: Int? { if case .file(_, let column) = place { column } else { nil } }
        /// The variable of the environment or the flag; nil where the setting is the file's.
        package var name: String? { if case .named(let name, _) = place { name } else { nil } }
    }

    package var file: String
    /// In the order of the file, and behind them those of variables and flags.
    package var problems: [Problem]

    init(file: String, problems: [Problem]) {
        self.file = file
        let place = { (problem: Problem) -> (Int, Int, Int) in
            switch problem.place {
            case .file(let line, let column): (0, line, column)
            case .named(_, let order): (1, order, 0)
            }
        }
        self.problems = problems.sorted { place($0) < place($1) }
    }

    /// A line each.
    package var lines: [String] {
        problems.map { problem in
            switch problem.place {
            case .file(let line, let column): "\(file):\(line):\(column): \(problem.text)"
            case .named(let name, _): "\(name): \(problem.text)"
            }
        }
    }

    /// `FILE:LINE:COLUMN: text`, a line each; a variable's or flag's name in place of the first three.
    package var description: String { lines.joined(separator: "\n") }
}
