/// What is wrong with a settings file: every problem found, each with its place.
package struct SettingsProblems: Error, CustomStringConvertible, Sendable {
    /// One problem: what to change, and where. Lines and columns count from 1.
    package struct Problem: Hashable, Sendable {
        package var line: Int
        package var column: Int
        package var text: String
    }

    package var file: String
    /// In the order of the file.
    package var problems: [Problem]

    /// `FILE:LINE:COLUMN: text`, a line each.
    package var description: String {
        problems.map { "\(file):\($0.line):\($0.column): \($0.text)" }.joined(separator: "\n")
    }
}
