import Foundation

/// One JSON object on a line, its fields in the order given.
struct JSONLine {
    private var parts: [String] = []

    mutating func add(_ name: String, _ value: String?) {
        parts.append("\"\(name)\":\(value.map(Self.quoted) ?? "null")")
    }

    mutating func add(_ name: String, _ value: Int?) {
        parts.append("\"\(name)\":\(value.map { String($0) } ?? "null")")
    }

    mutating func add(_ name: String, _ value: Bool) {
        parts.append("\"\(name)\":\(value)")
    }

    /// A number with so many decimals; what is not finite is null.
    mutating func add(_ name: String, _ value: Double?, decimals: Int) {
        let text = value.flatMap { $0.isFinite ? String(format: "%.\(decimals)f", $0) : nil }
        parts.append("\"\(name)\":\(text ?? "null")")
    }

    /// Any JSON value, its keys sorted.
    mutating func add(_ name: String, json value: Any) {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed]
        let data = try? JSONSerialization.data(withJSONObject: value, options: options)
        parts.append("\"\(name)\":\(data.map { String(decoding: $0, as: UTF8.self) } ?? "null")")
    }

    var text: String { "{" + parts.joined(separator: ",") + "}" }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case _ where scalar.value < 0x20: result += String(format: "\\u%04x", scalar.value)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
