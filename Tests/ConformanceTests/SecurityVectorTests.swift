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
}
