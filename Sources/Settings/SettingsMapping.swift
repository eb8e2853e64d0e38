/// One mapping of a settings file. Asking for a key marks it as known; a value of a wrong type is a problem and counts as not
/// written. What is written is told to `EffectiveSettings`.
package final class SettingsMapping {
    /// Keys from the root to here, each with a dot behind it.
    private let path: String
    private let node: SettingsNode
    private let collector: SettingsCollector
    private var asked: [String] = []
    private var children: [SettingsMapping] = []
    private var takesAnything = false

    init(_ node: SettingsNode, path: String, collector: SettingsCollector) {
        self.node = node
        self.path = path
        self.collector = collector
    }

    /// Whether the key stands there, whatever its value.
    package func has(_ key: String) -> Bool { value(key) != nil }

    /// A text; numbers and `true` count as what they are written like.
    package func string(_ key: String) -> String? {
        scalar(key, "a text", EffectiveSettings.quoted) { $0 }
    }

    /// `true` or `false`.
    package func bool(_ key: String) -> Bool? {
        scalar(key, "true or false", { "\($0)" }) { ["true": true, "false": false][$0] }
    }

    /// A whole number, decimal with `_` as it pleases or hexadecimal with `0x`, in `range`.
    /// - Parameter hexDigits: how many of them it is shown with; 0: it is shown decimal.
    package func int(_ key: String, in range: ClosedRange<Int>, hexDigits: Int = 0) -> Int? {
        let show = { Self.shown($0, hexDigits) }
        let (least, most) = (show(range.lowerBound), show(range.upperBound))
        return scalar(key, "a whole number from \(least) to \(most)", show) { text in
            let digits = text.filter { $0 != "_" }
            let value = digits.hasPrefix("0x") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
            return value.flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A number in `range`.
    package func number(_ key: String, in range: ClosedRange<Double>) -> Double? {
        let (least, most) = (Self.shown(range.lowerBound), Self.shown(range.upperBound))
        return scalar(key, "a number from \(least) to \(most)", Self.shown) { text in
            Double(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// One of the raw values of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, of type: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        scalar(key, "one of " + type.allCases.map(\.rawValue).joined(separator: ", "), \.rawValue) {
            Choice(rawValue: $0)
        }
    }

    /// A list of texts.
    package func strings(_ key: String) -> [String]? {
        guard let value = value(key) else { return nil }
        guard case .list(let elements) = value.value else {
            add(value, key, "write a list, as in `[a, b]`")
            return nil
        }
        let texts = elements.filter { !$0.isTakenBack }.compactMap { element -> String? in
            if case .scalar(let text) = element.value { return text }
            add(element, key, "each element is a text")
            return nil
        }
        record(key, "[" + texts.map(EffectiveSettings.quoted).joined(separator: ", ") + "]", isDefault: false)
        return texts
    }

    /// A mapping inside this one; nil where it is not written. Without anything behind its key it is empty.
    package func mapping(_ key: String) -> SettingsMapping? {
        value(key).flatMap { child($0, path: "\(path)\(key)", key) }
    }

    /// A mapping inside this one, empty where it is not written, so that its defaults are known all the same.
    package func section(_ key: String) -> SettingsMapping {
        if let written = mapping(key) { return written }
        let empty = SettingsNode(.mapping([]), at: value(key)?.place ?? node.place)
        return SettingsMapping(empty, path: "\(path)\(key).", collector: collector)
    }

    /// A list of mappings.
    package func mappings(_ key: String) -> [SettingsMapping]? {
        guard let value = value(key) else { return nil }
        guard case .list(let elements) = value.value else {
            add(value, key, "write a list, each element after a `-`")
            return nil
        }
        if elements.isEmpty { record(key, "[]", isDefault: false) }
        return elements.filter { !$0.isTakenBack }.enumerated().compactMap {
            child($1, path: "\(path)\(key)[\($0)]", key)
        }
    }

    /// Reports a problem at a key, or at the mapping where the key is missing.
    package func problem(_ key: String, _ text: String) {
        let entry = node.entry(key).flatMap { $0.isTakenBack ? nil : $0 }
        add(entry ?? node, key, text)
    }

    /// Keys that nobody asks for are no problem: what says which there are is wrong itself.
    package func allowAnything() { takesAnything = true }

    /// Tells `EffectiveSettings` of a value.
    func record(_ key: String, _ value: String, isDefault: Bool) {
        collector.record(.init(key: path + key, value: value, isDefault: isDefault))
    }

    static func shown(_ value: Int, _ hexDigits: Int) -> String {
        guard hexDigits > 0, value >= 0 else { return "\(value)" }
        let digits = String(value, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, hexDigits - digits.count)) + digits
    }

    static func shown(_ value: Double) -> String {
        abs(value) < 1e15 && value == value.rounded() ? "\(Int(value))" : "\(value)"
    }

    private func child(_ value: SettingsNode, path: String, _ key: String) -> SettingsMapping? {
        var inner = value
        switch value.value {
        case .mapping: break
        case .null: inner.value = .mapping([])
        case .scalar, .list:
            collector.problems.append(
                .init(
                    place: value.place, text: "\(path): write keys and values below it, as in `\(key): {KEY: VALUE}`"))
            return nil
        }
        let child = SettingsMapping(inner, path: path + ".", collector: collector)
        children.append(child)
        return child
    }

    private func value(_ key: String) -> SettingsNode? {
        if !asked.contains(key) { asked.append(key) }
        collector.note(asked: path + key)
        return node.entry(key).flatMap { $0.isTakenBack ? nil : $0 }
    }

    private func scalar<Value>(
        _ key: String, _ kind: String, _ show: (Value) -> String, _ read: (String) -> Value?
    ) -> Value? {
        guard let node = value(key) else { return nil }
        guard case .scalar(let text) = node.value, let value = read(text) else {
            add(node, key, "write \(kind)")
            return nil
        }
        record(key, show(value), isDefault: false)
        return value
    }

    private func add(_ node: SettingsNode, _ key: String, _ text: String) {
        collector.problems.append(.init(place: node.place, text: "\(path)\(key): \(text)"))
    }

    func reportUnknown() {
        guard !takesAnything, case .mapping(let entries) = node.value else { return }
        for entry in entries where !asked.contains(entry.key) {
            let hint = nearest(to: entry.key).map { "; did you mean \($0)?" } ?? ""
            collector.problems.append(
                .init(place: entry.place, text: "\(path)\(entry.key) is not known here\(hint)"))
        }
        for child in children { child.reportUnknown() }
    }

    /// The key that was meant: one of here that is written much like it, else one of that name elsewhere.
    private func nearest(to key: String) -> String? {
        if let near = SpellingDistance.nearest(to: key, among: asked) { return path + near }
        let suffix = "." + SpellingDistance.normal(key)
        return collector.asked.filter { $0.hasSuffix(suffix) }.min { ($0.count, $0) < ($1.count, $1) }
    }
}
