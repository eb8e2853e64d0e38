import Foundation
import LogOutput

/// One JSON object on a line, its fields in the order given.
package struct JSONLine: Hashable, Sendable {
    private var parts: [String] = []

    package init() {}

    /// - Parameter type: the value of its first field, `type`.
    package init(type: String) { add("type", type) }

    package mutating func add(_ name: String, _ value: String?) {
        add(name, written: value?.jsonQuoted ?? "null")
    }

    package mutating func add(_ name: String, _ value: (some FixedWidthInteger)?) {
        add(name, written: value.map { String($0) } ?? "null")
    }

    package mutating func add(_ name: String, _ value: Bool) { add(name, written: "\(value)") }

    /// A number with so many decimals; what is not finite is null.
    package mutating func add(_ name: String, _ value: Double?, decimals: Int) {
        let text = value.flatMap { $0.isFinite ? String(format: "%.\(decimals)f", $0) : nil }
        add(name, written: text ?? "null")
    }

    package mutating func add(_ name: String, _ value: JSONLine?) { add(name, written: value?.text ?? "null") }

    package mutating func add(_ name: String, _ values: [JSONLine]) {
        add(name, written: "[" + values.map(\.text).joined(separator: ",") + "]")
    }

    package mutating func add(_ name: String, _ values: [String]) {
        add(name, written: "[" + values.map(\.jsonQuoted).joined(separator: ",") + "]")
    }

    /// Any JSON value, its keys sorted.
    package mutating func add(_ name: String, json value: Any) {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        add(name, written: data.map { String(decoding: $0, as: UTF8.self) } ?? "null")
    }

    private mutating func add(_ name: String, written json: String) { parts.append("\(name.jsonQuoted):\(json)") }

    /// Without a line end.
    package var text: String { "{" + parts.joined(separator: ",") + "}" }
}

extension JSONLine {
    /// Nothing more comes, for the reason given.
    package static func error(_ text: String) -> JSONLine {
        var line = JSONLine(type: "error")
        line.add("error", text)
        return line
    }

    /// As an error; the same may be taken later.
    package static func busy(_ text: String) -> JSONLine {
        var line = error(text)
        line.add("retry", true)
        return line
    }
}
