/// Why octets cannot be put on the air in a profile.
package enum AirCodingError: Error, Hashable, Sendable {
    /// A message of no octets has no place on the air.
    case emptyMessage
    /// More octets than the length field can count, or than the transport block has.
    case messageLength(octets: Int, limit: Int)
    /// The profile does not have this many chips per symbol.
    case chipsPerSymbol(Int)
}

extension AirCodingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .emptyMessage: "the message is empty: send at least one octet"
        case .messageLength(let octets, let limit):
            "\(octets) octets do not fit where \(limit) are meant: cut or pad them"
        case .chipsPerSymbol(let count): "M = \(count) is no choice of the air profile: take one that it lists"
        }
    }
}
