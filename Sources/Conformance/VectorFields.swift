import AIoTBase
import Foundation

/// The fields of one test vector, and what was found wrong with them.
///
/// A field that is absent and one that is null mean the same: this vector has no such value.
package struct VectorFields {
    private let values: [String: Any]
    /// One line for each field at fault: `field: expected X, got Y`, where X is what the vector says and Y what was
    /// computed, or X what the field may hold and Y what it does.
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

    /// Compares the field with what was computed; `nil` means that the vector must not have it.
    package mutating func compare(_ name: String, _ computed: [UInt8]?) {
        let expected = (values[name] as? String)?.lowercased() ?? shown(name)
        let got = computed.map(Hex.encoded) ?? "null"
        if expected != got || isPresent(name) != (computed != nil) { report(name, expected: expected, got: got) }
    }

    /// Compares the field with what was computed; `nil` means that the vector must not have it.
    package mutating func compare(_ name: String, number computed: Int?) {
        guard values[name] as? Int != computed || isPresent(name) != (computed != nil) else { return }
        report(name, expected: shown(name), got: computed.map(String.init) ?? "null")
    }

    /// Records that the field is not what it should be.
    package mutating func report(_ name: String, expected: String, got: String) {
        mismatches.append("\(name): expected \(expected), got \(got)")
    }

    package func shown(_ name: String) -> String {
        guard isPresent(name), let value = values[name] else { return "null" }
        return "\(value)"
    }

    private mutating func missing<Value>(_ name: String, _ expected: String) -> Value? {
        report(name, expected: expected, got: shown(name))
        return nil
    }
}
