import Yams

/// One mapping of a settings file. Asking for a key marks it as known; a value of a wrong type is a problem and gives nil.
package final class SettingsMapping {
    /// Keys from the root to here, each with a dot behind it.
    private let path: String
    private let mapping: Node.Mapping
    private let collector: ProblemCollector
    private var asked: [String] = []
    private var children: [SettingsMapping] = []

    init(_ mapping: Node.Mapping, path: String, collector: ProblemCollector) {
        self.mapping = mapping
        self.path = path
        self.collector = collector
    }

    /// Whether the key stands there, whatever its value.
    package func has(_ key: String) -> Bool { node(key) != nil }

    /// A text; numbers and `true` count as what they are written like.
    package func string(_ key: String) -> String? {
        scalar(key, "a text") { $0 }
    }

    /// `true` or `false`.
    package func bool(_ key: String) -> Bool? {
        scalar(key, "true or false") { ["true": true, "false": false][$0] }
    }

    /// A whole number, decimal with `_` as it pleases or hexadecimal with `0x`, in `range`.
    package func int(_ key: String, in range: ClosedRange<Int>) -> Int? {
        scalar(key, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            let digits = text.filter { $0 != "_" }
            let value = digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
            return value.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number in `range`.
    package func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        scalar(key, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Double(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of the raw values of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, of type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        scalar(key, "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")) { Choice(rawValue: $0) }
    }

    /// A list of texts.
    package func strings(_ key: String) -> [String]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let sequence) = node else {
            collector.add(node, "\(path)\(key): write a list, as in `[a, b]`")
            return nil
        }
        return sequence.compactMap { element in
            if case .scalar(let scalar) = element { return scalar.string }
            collector.add(element, "\(path)\(key): each element is a text")
            return nil
        }
    }

    /// A mapping inside this one.
    package func mapping(_ key: String) -> SettingsMapping? {
        guard let node = node(key) else { return nil }
        return child(node, path: "\(path)\(key).")
    }

    /// A list of mappings.
    package func mappings(_ key: String) -> [SettingsMapping]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let sequence) = node else {
            collector.add(node, "\(path)\(key): write a list, each element after a `-`")
            return nil
        }
        return sequence.enumerated().compactMap { child($1, path: "\(path)\(key)[\($0)].") }
    }

    /// Reports a problem at a key, or at the mapping where the key is missing.
    package func problem(_ key: String, _ text: String) {
        let place = mapping.first { $0.key.string == key }?.value ?? .mapping(mapping)
        collector.add(place, "\(path)\(key): \(text)")
    }

    private func child(_ node: Node, path: String) -> SettingsMapping? {
        guard case .mapping(let inner) = node else {
            collector.add(node, "\(path.dropLast()): write keys and values below it")
            return nil
        }
        let child = SettingsMapping(inner, path: path, collector: collector)
        children.append(child)
        return child
    }

    private func node(_ key: String) -> Node? {
        if !asked.contains(key) { asked.append(key) }
        return mapping.first { $0.key.string == key }?.value
    }

    private func scalar<Value>(_ key: String, _ kind: String, _ read: (String) -> Value?) -> Value? {
        guard let node = node(key) else { return nil }
        guard case .scalar(let scalar) = node, let value = read(scalar.string) else {
            collector.add(node, "\(path)\(key): write \(kind)")
            return nil
        }
        return value
    }

    func reportUnknown() {
        for (key, _) in mapping {
            guard let name = key.string, asked.contains(name) else {
                let nearest = asked.min { distance($0, key.string ?? "") < distance($1, key.string ?? "") }
                let hint = nearest.map { "; did you mean \(path)\($0)?" } ?? ""
                collector.add(key, "\(path)\(key.string ?? "?") is not known here\(hint)")
                continue
            }
        }
        for child in children { child.reportUnknown() }
    }
}

/// Letters to change, add or leave out to get from one word to the other.
private func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (line, letter) in left.enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for column in right.indices {
            let changed = diagonal + (letter == right[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(changed, diagonal + 1, row[column] + 1)
        }
    }
    return row[right.count]
}
