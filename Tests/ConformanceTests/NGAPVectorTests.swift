import AIoTBase
import Conformance
import Foundation
import NGAP
import Testing

@Suite struct NGAPVectorTests {
    private let vectors: [[String: Any]]

    init() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../Vectors/ngap.json").standardized
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        vectors = try #require(document?["vectors"] as? [[String: Any]])
    }

    @Test func everyVectorPassesInBothDirections() {
        #expect(vectors.count == 98)
        for (index, vector) in vectors.enumerated() {
            #expect(checkNGAPVector(vector) == [], "vector \(index)")
        }
    }

    @Test func aChangedOctetOrFieldMakesAVectorFail() {
        var generator = SeededGenerator(seed: 3)
        for (index, vector) in vectors.enumerated() {
            guard var octets = (vector["aper"] as? String).flatMap(Hex.decoded) else { continue }
            let place = Int(generator.next() % UInt64(octets.count))
            octets[place] ^= 1 << UInt8(generator.next() % 8)
            var changed = vector
            changed["aper"] = Hex.encoded(octets)
            #expect(checkNGAPVector(changed) != [], "octet \(place) of vector \(index)")
            for name in (vector["fields"] as? [String: Any] ?? [:]).keys {
                var fields = vector["fields"] as? [String: Any] ?? [:]
                fields[name] = "something else"
                changed = vector
                changed["fields"] = fields
                #expect(checkNGAPVector(changed) != [], "\(name) of vector \(index)")
            }
        }
    }

    @Test func aFieldThatTheOctetsCannotCarryIsNotAskedFor() throws {
        for (message, empty) in [("InventoryRequest", ["areaCodes", "readers"]), ("InventoryReport", ["devices"])] {
            let vector = try #require(vectors.first { $0["message"] as? String == message })
            var fields = try #require(vector["fields"] as? [String: Any])
            for name in empty { fields[name] = [String]() }
            if message == "InventoryRequest" { fields["nid"] = 1 }
            let octets = try #require(ngapPDU(message: message, fields: fields)).encoded()
            #expect(checkNGAPVector(["message": message, "fields": fields, "aper": Hex.encoded(octets)]) == [])
        }
    }

    @Test func truncationsAndEveryFlippedBitNeverTrap() throws {
        for vector in vectors {
            let octets = try #require((vector["aper"] as? String).flatMap(Hex.decoded))
            for count in 0..<octets.count {
                #expect(throws: NGAPDecodingError.self) { try NGAPPDU(decoding: Array(octets.prefix(count))) }
            }
            #expect(throws: NGAPDecodingError.trailingOctets(1)) { try NGAPPDU(decoding: octets + [0]) }
            for bit in 0..<octets.count * 8 {
                var flipped = octets
                flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                if let pdu = try? NGAPPDU(decoding: flipped), let again = try? pdu.encoded() {
                    #expect(try NGAPPDU(decoding: again) == pdu)
                }
            }
        }
    }

    @Test func randomOctetsNeverTrap() {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3_000 {
            var octets = generator.octets(Int(generator.next() % 60))
            if octets.count > 6 {
                octets.replaceSubrange(0..<3, with: [0, [21, 82, 83, 84, 85, 86, 9][Int(generator.next() % 7)], 0])
                octets[3] = UInt8(octets.count - 4)
                octets[4] = 0
                octets[5] = 0
            }
            _ = try? NGAPPDU(decoding: octets)
        }
    }
}
