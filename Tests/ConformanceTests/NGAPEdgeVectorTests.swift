import AIoTBase
import Conformance
import Foundation
import Testing

/// Vectors at the edges of the types: extension values, boundaries of lengths, every cause, lists that are absent.
@Suite struct NGAPEdgeVectorTests {
    private let vectors: [[String: Any]]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/ngap-edges.json").standardized
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        vectors = try #require(document?["vectors"] as? [[String: Any]])
    }

    @Test func everyVectorPassesInBothDirections() {
        #expect(vectors.count == 152)
        #expect(Set(vectors.compactMap { $0["message"] as? String }).count == 13)
        for (index, vector) in vectors.enumerated() {
            #expect(checkNGAPVector(vector) == [], "vector \(index)")
        }
    }

    @Test func aChangedOctetMakesAVectorFail() {
        var generator = SeededGenerator(seed: 9)
        for (index, vector) in vectors.enumerated() {
            guard var octets = (vector["aper"] as? String).flatMap(Hex.decoded) else { continue }
            let place = Int(generator.next() % UInt64(octets.count))
            octets[place] ^= 1 << UInt8(generator.next() % 8)
            var changed = vector
            changed["aper"] = Hex.encoded(octets)
            #expect(checkNGAPVector(changed) != [], "octet \(place) of vector \(index)")
        }
    }
}
