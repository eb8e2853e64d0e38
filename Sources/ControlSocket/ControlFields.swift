import Foundation

/// The fields of a request, taken out one by one; what is left at the end nobody knows.
package struct ControlFields {
    private var values: [String: Any]

    /// - Throws: where the line is no JSON object.
    package init(_ line: some Sequence<UInt8>, example: String) throws(ControlFailure) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: Any] else {
            throw ControlFailure("this is no JSON object: write one a line, as in \(example)")
        }
        values = object
    }

    package mutating func take<Value>(_ name: String, _ type: Value.Type) throws(ControlFailure) -> Value? {
        guard let value = values.removeValue(forKey: name) else { return nil }
        guard let value = value as? Value else { throw ControlFailure("\(name): a value of another kind is wanted") }
        return value
    }

    /// - Throws: where a field is left that nobody has taken.
    package func finish() throws(ControlFailure) {
        if let name = values.keys.min() { throw ControlFailure("\(name): no such key in this request") }
    }
}

/// Why a request was not taken; the text is told to the client.
package struct ControlFailure: Error, Hashable, Sendable {
    package let text: String
    package init(_ text: String) { self.text = text }
}
