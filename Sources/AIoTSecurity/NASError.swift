/// Why octets are no A-IoT NAS PDU; counted, never fatal.
package enum NASDecodingError: Error, Hashable, Sendable {
    /// The octets end before the PDU does.
    case truncated
    /// Octets follow the end of the PDU.
    case trailingOctets(Int)
    /// A type octet that `spec/1` does not define.
    case unknownType(UInt8)
    /// A PDU of another type than the one that is due.
    case unexpectedType(NASType)
    /// More octets than the direction allows.
    case tooLong(Int, limit: Int)
    /// An access response with flags that `spec/1` does not define.
    case undefinedFlags(UInt8)
    /// An access response that claims to carry a counter and an ID.
    case counterAndID
    /// A paging identity with an algorithms octet other than 0x00, 0x02, 0x20 and 0x22.
    case undefinedAlgorithms(UInt8)
    /// A command response with a status that `spec/1` does not define.
    case undefinedStatus(UInt8)
}

extension NASDecodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "the NAS PDU ends before its last field: octets are missing"
        case .trailingOctets(let count): "\(count) octets follow the end of the NAS PDU: remove them"
        case .unknownType(let type): "NAS PDU type \(type) is not defined: types 1 to 6 are"
        case .unexpectedType(let type): "NAS PDU type \(type.rawValue) is not the type that is due here"
        case .tooLong(let count, let limit): "\(count) octets: a NAS PDU of this direction has at most \(limit)"
        case .undefinedFlags(let flags): "access response flags \(flags): only bits 0 to 3 are defined"
        case .counterAndID: "access response flags: bit 1 (counter) and bit 2 (ID) exclude each other"
        case .undefinedAlgorithms(let octet): "algorithms \(octet) are not defined: 0, 2, 32 and 34 (0x22) are"
        case .undefinedStatus(let status): "command status \(status) is not defined: 0 to 5 are"
        }
    }
}

/// Why a NAS PDU cannot be made.
package enum NASEncodingError: Error, Hashable, Sendable {
    /// More octets than the direction allows.
    case tooLong(Int, limit: Int)
    /// A device or group ID without 1 to 32 octets.
    case idLength(Int)
    /// A READ of more octets than a response can carry.
    case readLength(Int)
    /// A protected block without octets.
    case emptyBlock
    /// A paging tag with profile bit 5 off, or none with it on.
    case pagingTag
    /// The library refused what it was given: a bug.
    case protectionFailed
}

extension NASEncodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let count, let limit): "\(count) octets: a NAS PDU of this direction has at most \(limit)"
        case .idLength(let count): "an ID of \(count) octets: use 1 to 32"
        case .readLength(let count): "a READ of \(count) octets: ask for at most \(NASLimits.readOctets) at a time"
        case .emptyBlock: "a protected block needs at least one octet"
        case .pagingTag: "a paging identity has a tag exactly when profile bit 5 is set"
        case .protectionFailed: "the text could not be protected: this is a bug, please report it"
        }
    }
}
