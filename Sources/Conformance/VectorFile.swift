package import Foundation

/// A file of test vectors, of any of the three kinds, told by its content.
package struct VectorFile {
    package enum Kind: String, Sendable {
        case security
        case air
        case ngap
    }

    package let kind: Kind
    private let vectors: [[String: Any]]

    package var count: Int { vectors.count }

    /// - Throws: `VectorFileError` with what is wrong with the file.
    package init(decoding data: Data) throws(VectorFileError) {
        guard let document = try? JSONSerialization.jsonObject(with: data) else { throw .notJSON }
        guard let object = document as? [String: Any], let list = object["vectors"] as? [[String: Any]] else {
            throw .noVectors
        }
        guard let first = list.first else { throw .empty }
        if first["aper"] != nil {
            kind = .ngap
        } else if first["pdu"] != nil {
            kind = .air
        } else if first["nonce1"] != nil {
            kind = .security
        } else {
            throw .unknownKind
        }
        vectors = list
    }

    /// What vector `index` is called in messages.
    package func name(of index: Int) -> String {
        let label = vectors[index]["message"] as? String ?? vectors[index]["mode"] as? String ?? "?"
        return "\(kind.rawValue) \(index) (\(label))"
    }

    /// Checks vector `index` in both directions; an empty list means that it passed.
    package func check(_ index: Int) -> [String] {
        switch kind {
        case .security: checkSecurityVector(vectors[index])
        case .air: checkAirVector(vectors[index], coding: checkAirCoding)
        case .ngap: checkNGAPVector(vectors[index])
        }
    }
}

/// Why a file holds no vectors that can be checked.
package enum VectorFileError: Error, Hashable, Sendable {
    case notJSON
    case noVectors
    case empty
    case unknownKind
}

extension VectorFileError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .notJSON: "not JSON"
        case .noVectors: "no list \"vectors\" in it"
        case .empty: "the list \"vectors\" is empty"
        case .unknownKind: "vectors of an unknown kind: they have none of \"aper\", \"pdu\" and \"nonce1\""
        }
    }
}
