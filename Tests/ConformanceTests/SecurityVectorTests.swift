import AIoTBase
import Conformance
import Foundation
import Testing

@Suite struct SecurityVectorTests {
    private let vectors: [[String: Any]]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/security.json").standardized
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        vectors = try #require(document?["vectors"] as? [[String: Any]])
    }

    @Test func everyVectorPasses() {
        #expect(vectors.count == 100)
        for (index, vector) in vectors.enumerated() {
            #expect(checkSecurityVector(vector) == [], "vector \(index)")
        }
    }

    @Test func aChangedDigitInAnyFieldMakesAVectorFail() {
        var generator = SeededGenerator(seed: 7)
        for (index, vector) in vectors.enumerated() {
            for (name, value) in vector.sorted(by: { $0.key < $1.key }) where !Self.isWithoutEffect(name, in: vector) {
                guard let text = value as? String, name != "mode", !text.isEmpty else { continue }
                var changed = vector
                changed[name] = flipped(text, at: Int.random(in: 0..<text.count, using: &generator))
                #expect(checkSecurityVector(changed) != [], "\(name) of vector \(index)")
            }
        }
    }

    @Test func everySingleDigitOfAVectorCounts() throws {
        for mode in ["single", "group"] {
            let vector = try #require(vectors.first { $0["mode"] as? String == mode && $0["command"] != nil })
            for (name, value) in vector where name != "mode" && !Self.isWithoutEffect(name, in: vector) {
                guard let text = value as? String else { continue }
                for position in 0..<text.count {
                    var changed = vector
                    changed[name] = flipped(text, at: position)
                    #expect(checkSecurityVector(changed) != [], "digit \(position) of \(name)")
                }
            }
        }
    }

    @Test func aChangedNumberMakesAVectorFail() {
        // Counters that stay inside or outside the window change nothing; half the range away they always do.
        let changes = [
            "profile": 1, "pagedProfile": 1, "algorithms": 2, "pagedCounter": 1, "deviceCounterAfter": 1,
            "groupCounterAfter": 1, "deviceCounter": 1 << 31, "groupCounter": 1 << 31, "counterWindow": 1 << 31,
        ]
        for (index, vector) in vectors.enumerated() {
            for (name, value) in vector {
                guard let number = value as? Int else { continue }
                guard let change = changes[name] else {
                    Issue.record("\(name) is not known")
                    continue
                }
                var changed = vector
                changed[name] = number ^ change
                #expect(checkSecurityVector(changed) != [], "\(name) of vector \(index)")
            }
        }
    }

    @Test func aWindowThatNoLongerAdmitsThePagingMakesAVectorFail() {
        var atTheEdge = 0
        for vector in vectors {
            guard let window = vector["counterWindow"] as? Int, window > 0, let paged = vector["pagedCounter"] as? Int,
                let own = vector[vector["mode"] as? String == "group" ? "groupCounter" : "deviceCounter"] as? Int,
                (paged - own) & 0xFFFF_FFFF == window
            else { continue }
            atTheEdge += 1
            var changed = vector
            changed["counterWindow"] = window - 1
            #expect(checkSecurityVector(changed) != [])
        }
        #expect(atTheEdge > 0)
    }

    @Test func anotherModeOrAMissingFieldMakesAVectorFail() {
        for (index, vector) in vectors.enumerated() {
            for mode in ["single", "group", "all", "some"] where mode != vector["mode"] as? String {
                var changed = vector
                changed["mode"] = mode
                #expect(checkSecurityVector(changed) != [], "vector \(index) as \(mode)")
            }
            for (name, value) in vector where !(value is NSNull) {
                var changed = vector
                changed[name] = nil
                #expect(checkSecurityVector(changed) != [], "vector \(index) without \(name)")
            }
        }
    }

    @Test func fieldsOfAnotherKindFailAndNeverTrap() throws {
        let vector = try #require(vectors.first)
        for name in vector.keys {
            for value: Any in [-1, 1e300, "zz", "", "0", [1], NSNull(), true, Int.max] {
                var changed = vector
                changed[name] = value
                if value is NSNull, vector[name] is NSNull { continue }
                #expect(checkSecurityVector(changed) != [], "\(name)")
            }
        }
        #expect(checkSecurityVector([:]) != [])
    }

    /// Whether nothing in the vector follows from the field: the group of a device that is not paged by its group, and
    /// the device's ID where a group paging is met with silence or a counter, so that no octet carries the ID.
    private static func isWithoutEffect(_ name: String, in vector: [String: Any]) -> Bool {
        let isGroup = vector["mode"] as? String == "group"
        switch name {
        case "groupID", "groupKey": return !isGroup
        case "deviceID":
            let flags = (vector["accessResponse"] as? String).flatMap(Hex.decoded)?.dropFirst().first
            return isGroup && flags.map { $0 & 2 != 0 } ?? true
        default: return false
        }
    }

    /// `text` with one bit of one hexadecimal digit changed.
    private func flipped(_ text: String, at position: Int) -> String {
        var digits = Array(text)
        let value = digits[position].hexDigitValue ?? 0
        digits[position] = Character(String(value ^ 1, radix: 16))
        return String(digits)
    }
}
