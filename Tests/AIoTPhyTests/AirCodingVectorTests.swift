import Conformance
import Foundation
import Testing

@Suite struct AirCodingVectorTests {
    static func vectors() throws -> [[String: Any]] {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../Vectors/air.json")
        let root = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        return try #require(root?["vectors"] as? [[String: Any]])
    }

    @Test func everyVectorIsCodedAndDecoded() throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 101)
        #expect(vectors.count { $0["prdchBits"] != nil } == 86)
        #expect(vectors.count { $0["pdrchBits"] != nil } == 15)
        for vector in vectors { #expect(checkAirCoding(vector) == []) }
    }

    @Test func aChangedBitMakesAVectorFail() throws {
        for key in ["prdchBits", "pdrchBits"] {
            for var vector in try Self.vectors() {
                guard let bits = vector[key] as? String else { continue }
                vector[key] = String(bits.dropLast()) + (bits.hasSuffix("0") ? "1" : "0")
                #expect(checkAirCoding(vector) != [])
            }
        }
    }

    @Test func aChangedDurationMakesAVectorFail() throws {
        for var vector in try Self.vectors() {
            guard var seconds = vector["r2dSeconds"] as? [String: Any] else { continue }
            seconds["6"] = 0.001
            vector["r2dSeconds"] = seconds
            #expect(checkAirCoding(vector) != [])
        }
    }
}
