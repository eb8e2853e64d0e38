import AIoTBase
import Foundation

/// The fields of one test vector, and what was found wrong with them.
///
/// A field that is absent and one that is null mean the same: this vector has no such value.
package struct VectorFields {
    private let values: [String: Any]
    /// One line for each field that is not what it should be: `field: expected X, got Y`.
    package private(set) var mismatches: [String] = []

    package init(_ values: [String: Any]) {
        self.values = values
    }

    package func isPresent(_ name: String) -> Bool {
        guard let value = values[name] else { return false }
        return !(value is NSNull)
    }

    /// The octets that the hexadecimal field spells; otherwise a mismatch and `nil`.
    package mutating func octets(_ name: String) -> [UInt8]? {
        guard let text = values[name] as? String, let octets = Hex.decoded(text) else {
            return missing(name, "hexadecimal text")
        }
        return octets
    }

    /// The number in the field; otherwise, or outside `range`, a mismatch and `nil`.
    package mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let number = values[name] as? Int, range.contains(number) else {
            return missing(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package mutating func text(_ name: String) -> String? {
        guard let text = values[name] as? String else { return missing(name, "text") }
        return text
    }

    /// Compares the field with `octets`; `nil` means that the vector must not have it.
    package mutating func expect(_ name: String, _ octets: [UInt8]?) {
        let expected = octets.map(Hex.encoded) ?? "null"
        let found = (values[name] as? String)?.lowercased() ?? shown(name)
        if found != expected || isPresent(name) != (octets != nil) { report(name, expected: expected, found: found) }
    }

    /// Compares the field with `number`; `nil` means that the vector must not have it.
    package mutating func expect(_ name: String, number: Int?) {
        let found = values[name] as? Int
        if found != number || isPresent(name) != (number != nil) {
            report(name, expected: number.map(String.init) ?? "null", found: shown(name))
        }
    }

    /// Records that the field is not what it should be.
    package mutating func report(_ name: String, expected: String, found: String) {
        mismatches.append("\(name): expected \(expected), got \(found)")
    }

    package func shown(_ name: String) -> String {
        guard isPresent(name), let value = values[name] else { return "null" }
        return "\(value)"
    }

    private mutating func missing<Value>(_ name: String, _ expected: String) -> Value? {
        report(name, expected: expected, found: shown(name))
        return nil
    }
}
