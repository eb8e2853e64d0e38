import AIoTBase
import AIoTMac
import Conformance
import Foundation
import Testing

@Suite struct MACVectorTests {
    private let vectors: [[String: Any]]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/air.json").standardized
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        vectors = try #require(document?["vectors"] as? [[String: Any]])
    }

    @Test func everyVectorPassesInBothDirections() {
        #expect(vectors.count == 101)
        for (index, vector) in vectors.enumerated() {
            #expect(checkAirVector(vector) == [], "vector \(index)")
        }
    }

    /// Every bit of the header, and some behind it.
    @Test func aFlippedBitOfAPDUMakesItsVectorFail() {
        for (index, vector) in vectors.enumerated() {
            guard let octets = (vector["pdu"] as? String).flatMap(Hex.decoded) else { continue }
            for bit in 0..<octets.count * 8 where bit < 24 || bit % 29 == index % 29 {
                var flipped = octets
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                var changed = vector
                changed["pdu"] = Hex.encoded(flipped)
                #expect(checkAirVector(changed) != [], "bit \(bit) of vector \(index)")
            }
        }
    }

    @Test func everyChangedFieldMakesItsVectorFail() {
        for (index, vector) in vectors.enumerated() {
            guard let fields = vector["fields"] as? [String: Any] else { continue }
            for (path, changedFields) in changes(of: fields) {
                var changed = vector
                changed["fields"] = changedFields
                #expect(checkAirVector(changed) != [], "\(path) of vector \(index)")
            }
        }
    }

    @Test func aFieldThatIsNotThereIsNamed() throws {
        let paging = try #require(vectors.first { $0["message"] as? String == "Paging" })
        var fields = try #require(paging["fields"] as? [String: Any])
        fields["schedule"] = ["rate": 9]
        var changed = paging
        changed["fields"] = fields
        #expect(checkAirVector(changed).contains("schedule.rate: expected a number from 0 to 7, got 9"))
    }

    @Test func whatLiesBelowTheMessageIsLeftToTheCaller() {
        #expect(checkAirVector(vectors[0], coding: { _ in ["bits"] }) == ["bits"])
    }

    /// Every object that differs from `fields` in one value, at any depth.
    private func changes(of fields: [String: Any]) -> [(path: String, fields: [String: Any])] {
        fields.keys.sorted().flatMap { key -> [(path: String, fields: [String: Any])] in
            variants(of: fields[key] ?? NSNull()).map { path, value in
                var changed = fields
                changed[key] = value
                return ("\(key)\(path)", changed)
            }
        }
    }

    private func variants(of value: Any) -> [(path: String, value: Any)] {
        switch value {
        case let object as [String: Any]:
            changes(of: object).map { (".\($0.path)", $0.fields) }
        case let list as [Any]:
            list.indices.flatMap { index in
                variants(of: list[index]).map { path, value in
                    var changed = list
                    changed[index] = value
                    return ("[\(index)]\(path)", changed as Any)
                }
            } + [(".count", Array(list.dropLast()))]
        case let text as String: [("", text + "00")]
        case let number as Int: [("", number ^ 1)]
        default: [("", 7)]
        }
    }
}
