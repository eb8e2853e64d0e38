/// Why octets from the air are no MAC message; counted, never fatal.
package enum MACDecodingError: Error, Hashable, Sendable {
    /// The octets end before the message does.
    case truncated
    /// Octets follow the end of the message.
    case trailingOctets(Int)
    /// An R2D type that `spec/2` does not define.
    case unknownType(UInt8)
    /// More than the 255 octets of the longest message.
    case tooLong(Int)
}

extension MACDecodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .truncated: "the message ends before its last field: octets are missing"
        case .trailingOctets(let count): "\(count) octets follow the end of the message: remove them"
        case .unknownType(let type): "R2D type \(type) is not defined: types 0 to 5 are"
        case .tooLong(let count): "\(count) octets: a message has at most \(MACLimits.messageOctets)"
        }
    }
}

/// Why a message cannot be put into octets: it holds more than its fields can.
package enum MACEncodingError: Error, Hashable, Sendable {
    /// The SDU has more octets than its 8-bit length can count, or than the transport block has room for.
    case sduTooLong(Int)
    /// The message would exceed 255 octets.
    case messageTooLong(Int)
    /// A list that takes 1 to 16 entries has another number of them.
    case entryCount(Int)
}

extension MACEncodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sduTooLong(let count): "an SDU of \(count) octets does not fit: shorten it or enlarge the transport block"
        case .messageTooLong(let count): "\(count) octets: a message has at most \(MACLimits.messageOctets)"
        case .entryCount(let count): "\(count) entries: the list takes 1 to \(MACLimits.listEntries)"
        }
    }
}

/// Bounds of the MAC messages (`spec/2 "R2D MAC messages"`, *ours*).
package enum MACLimits {
    /// Octets of the longest message.
    package static let messageOctets = 255
    /// Entries of a Random ID Response or an Acknowledgement.
    package static let listEntries = 16
}
