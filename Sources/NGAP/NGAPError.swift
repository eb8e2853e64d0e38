/// Why octets are no NGAP PDU that this reader takes; answered with Error Indication (`spec/3 "PDUs"`).
package enum NGAPDecodingError: Error, Hashable, Sendable {
    case truncated
    /// Octets follow the end of the PDU.
    case trailingOctets(Int)
    case valueOutOfRange
    /// A length of 16,384 or more.
    case fragmented
    case badCharacter
    /// A CHOICE alternative that is not used here.
    case unusedChoice
    /// A procedure, or a message of one, that is not used here.
    case unknownMessage(procedure: Int)
    /// An IE that every such message has.
    case missingIE(Int)
    case repeatedIE(Int)
    /// An IE that is not known, with criticality reject.
    case unknownIE(Int)
}

extension NGAPDecodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "the PDU ends before its last field: octets are missing"
        case .trailingOctets(let count): "\(count) octets follow the end of the PDU: remove them"
        case .valueOutOfRange: "a value is outside the range of its type"
        case .fragmented: "a length of 16,384 octets or more: no PDU of these procedures is that long"
        case .badCharacter: "a name has a character that its string type does not allow"
        case .unusedChoice: "a CHOICE takes an alternative that these procedures do not use"
        case .unknownMessage(let procedure):
            "procedure \(procedure) has no such message here: see spec/3 for those used"
        case .missingIE(let id): "IE \(id) is missing: every such message has it"
        case .repeatedIE(let id): "IE \(id) is there twice"
        case .unknownIE(let id): "IE \(id) is not known, and its criticality is reject"
        }
    }
}

/// Why a PDU cannot be put into octets.
package enum NGAPEncodingError: Error, Hashable, Sendable {
    case valueOutOfRange(Int, ClosedRange<Int>)
    case tooLong(Int)
    case wrongOctetCount(Int, expected: Int)
    case listCount(Int)
    case badCharacter
}

extension NGAPEncodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .valueOutOfRange(let value, let range): "\(value) is outside \(range)"
        case .tooLong(let count): "\(count) octets: no part may reach 16,384"
        case .wrongOctetCount(let count, let expected): "\(count) octets where \(expected) belong"
        case .listCount(let count): "a list of \(count) entries is not possible here"
        case .badCharacter: "a name has a character outside visible ASCII: take one without"
        }
    }
}
