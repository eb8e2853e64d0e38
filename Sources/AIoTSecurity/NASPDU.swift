/// The type octet of an A-IoT NAS PDU (`spec/1 "Messages"`, *ours*).
package enum NASType: UInt8, Hashable, Sendable, CaseIterable {
    case paging = 1
    case accessResponse = 2
    case networkResponse = 3
    case idReport = 4
    case command = 5
    case commandResponse = 6

    package var direction: Direction {
        switch self {
        case .paging, .networkResponse, .command: .r2d
        case .accessResponse, .idReport, .commandResponse: .d2r
        }
    }
}

/// Bounds of the A-IoT NAS PDUs (`spec/1 "Messages"`, *ours*).
package enum NASLimits {
    /// Octets of the longest PDU towards a device.
    package static let r2dOctets = 240
    /// Octets of the longest PDU from a device.
    package static let d2rOctets = 253
    /// Octets that a READ may ask for.
    package static let readOctets = 240
    /// Octets of a device ID or group ID.
    package static let idOctets = 1...32
    /// Access responses that a device sends for one nonce1.
    package static let answersPerNonce1 = 16

    package static func octets(_ direction: Direction) -> Int {
        direction == .r2d ? r2dOctets : d2rOctets
    }
}

/// Any A-IoT NAS PDU, as its bare octets tell: protected blocks stay closed.
package enum NASPDU: Hashable, Sendable {
    case paging(NASPaging)
    case accessResponse(NASAccessResponse)
    case networkResponse(NASNetworkResponse)
    case idReport(NASIDReport)
    case command(NASCommand)
    case commandResponse(NASCommandResponse)

    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        guard let first = octets.first else { throw .truncated }
        guard let type = NASType(rawValue: first) else { throw .unknownType(first) }
        self =
            switch type {
            case .paging: .paging(try NASPaging(decoding: octets))
            case .accessResponse: .accessResponse(try NASAccessResponse(decoding: octets))
            case .networkResponse: .networkResponse(try NASNetworkResponse(decoding: octets))
            case .idReport: .idReport(try NASIDReport(decoding: octets))
            case .command: .command(try NASCommand(decoding: octets))
            case .commandResponse: .commandResponse(try NASCommandResponse(decoding: octets))
            }
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        switch self {
        case .paging(let pdu): try pdu.encoded()
        case .accessResponse(let pdu): try pdu.encoded()
        case .networkResponse(let pdu): pdu.encoded()
        case .idReport(let pdu): try pdu.encoded()
        case .command(let pdu): try pdu.encoded()
        case .commandResponse(let pdu): try pdu.encoded()
        }
    }

    package var type: NASType {
        switch self {
        case .paging: .paging
        case .accessResponse: .accessResponse
        case .networkResponse: .networkResponse
        case .idReport: .idReport
        case .command: .command
        case .commandResponse: .commandResponse
        }
    }
}
