/// The words of the command line: `--name value` pairs behind a command.
struct Options {
    let command: String
    private var values: [String: String] = [:]

    /// `nil` when the line is none of that form.
    init?(_ arguments: [String]) {
        command = arguments.first ?? ""
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            guard name.hasPrefix("--"), let value = rest.popFirst() else { return nil }
            values[String(name.dropFirst(2))] = value
        }
    }

    func text(_ name: String) -> String? { values[name] }
    func number(_ name: String, _ standard: Int) -> Int { values[name].flatMap { Int($0) } ?? standard }

    /// Whether nothing else is asked for than `value`.
    func admits(_ name: String, _ value: String) -> Bool { values[name].map { $0 == value } ?? true }

    func admits(_ combination: Combination) -> Bool {
        admits("octets", String(combination.octets)) && admits("coding", combination.coding)
            && admits("periods", String(combination.periods))
    }
}
