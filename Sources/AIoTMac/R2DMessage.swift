package import AIoTBase

/// A MAC message from the reader to devices (`spec/2 "R2D MAC messages"`), without length and CRC.
package enum R2DMessage: Hashable, Sendable {
    case paging(Paging)
    case accessTrigger(AccessTrigger)
    case randomIDResponse(RandomIDResponse)
    case upperLayerData(R2DUpperLayerData)
    case nackFeedback(NACKFeedback)
    case acknowledgement(Acknowledgement)

    /// The message that `octets` hold. Unused bits are not looked at.
    package init(decoding octets: [UInt8]) throws(MACDecodingError) {
        guard octets.count <= MACLimits.messageOctets else { throw .tooLong(octets.count) }
        var reader = BitReader(octets)
        let type = try UInt8(reader.field(4))
        let transactionID = TransactionID(try UInt8(reader.field(4)))
        switch type {
        case 0: self = .paging(try Paging(transactionID: transactionID, from: &reader))
        case 1: self = .accessTrigger(try AccessTrigger(transactionID: transactionID, from: &reader))
        case 2: self = .randomIDResponse(try RandomIDResponse(transactionID: transactionID, from: &reader))
        case 3: self = .upperLayerData(try R2DUpperLayerData(transactionID: transactionID, from: &reader))
        case 4: self = .nackFeedback(try NACKFeedback(transactionID: transactionID, from: &reader))
        case 5: self = .acknowledgement(try Acknowledgement(transactionID: transactionID, from: &reader))
        default: throw .unknownType(type)
        }
        guard reader.bitsLeft == 0 else { throw .trailingOctets(reader.bitsLeft / 8) }
    }

    /// The message as 1 to 255 octets; values wider than their field are cut to it.
    package func encoded() throws(MACEncodingError) -> [UInt8] {
        var writer = BitWriter()
        writer.write(UInt64(type), 4)
        writer.write(UInt64(transactionID.value), 4)
        switch self {
        case .paging(let message): try message.write(to: &writer)
        case .accessTrigger(let message): message.write(to: &writer)
        case .randomIDResponse(let message): try message.write(to: &writer)
        case .upperLayerData(let message): try message.write(to: &writer)
        case .nackFeedback(let message): message.write(to: &writer)
        case .acknowledgement(let message): try message.write(to: &writer)
        }
        let octets = writer.octets
        guard octets.count <= MACLimits.messageOctets else { throw .messageTooLong(octets.count) }
        return octets
    }

    /// The 4-bit type.
    package var type: UInt8 {
        switch self {
        case .paging: 0
        case .accessTrigger: 1
        case .randomIDResponse: 2
        case .upperLayerData: 3
        case .nackFeedback: 4
        case .acknowledgement: 5
        }
    }

    package var transactionID: TransactionID {
        switch self {
        case .paging(let message): message.transactionID
        case .accessTrigger(let message): message.transactionID
        case .randomIDResponse(let message): message.transactionID
        case .upperLayerData(let message): message.transactionID
        case .nackFeedback(let message): message.transactionID
        case .acknowledgement(let message): message.transactionID
        }
    }

    /// The name that tools print (`spec/4 "JSON"`).
    package var name: String {
        switch self {
        case .paging: "Paging"
        case .accessTrigger: "AccessTrigger"
        case .randomIDResponse: "RandomIDResponse"
        case .upperLayerData: "R2DUpperLayerData"
        case .nackFeedback: "NACKFeedback"
        case .acknowledgement: "Acknowledgement"
        }
    }
}
