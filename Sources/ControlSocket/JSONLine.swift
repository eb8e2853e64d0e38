import Foundation
import Glibc
import LogOutput

/// One JSON object on a line, its fields in the order given.
package struct JSONLine: Hashable, Sendable {
    /// What stands between the braces.
    private var fields = ""

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
        add(name, written: value.flatMap { Self.text($0, decimals: decimals) } ?? "null")
    }

    /// `String(format:)` takes ten times as long, and recordings have many frames.
    private static func text(_ value: Double, decimals: Int) -> String? {
        guard value.isFinite else { return nil }
        var text = [CChar](repeating: 0, count: 400)
        let length = withVaList([Int32(clamping: decimals), value]) { vsnprintf(&text, text.count, "%.*f", $0) }
        guard length > 0, length < text.count else { return nil }
        return String(decoding: text[..<Int(length)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
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

    private mutating func add(_ name: String, written json: String) {
        if !fields.isEmpty { fields += "," }
        fields += name.jsonQuoted
        fields += ":"
        fields += json
    }

    /// Without a line end.
    package var text: String { "{" + fields + "}" }
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
