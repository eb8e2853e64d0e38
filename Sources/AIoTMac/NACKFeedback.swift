package import AIoTBase

/// R2D type 4: the reader gave up on a device until the next paging.
package struct NACKFeedback: Hashable, Sendable {
    package enum Addressee: Hashable, Sendable {
        case randomID(RandomID)
        case asID(ASID)
    }

    package var transactionID: TransactionID
    package var addressee: Addressee

    package init(transactionID: TransactionID, addressee: Addressee) {
        self.transactionID = transactionID
        self.addressee = addressee
    }

    init(transactionID: TransactionID, from reader: inout BitReader) throws(MACDecodingError) {
        self.transactionID = transactionID
        let byASID = try reader.field(1) == 1
        _ = try reader.field(7)
        let id = try UInt16(reader.field(16))
        addressee = byASID ? .asID(ASID(UInt8(id & 0xFF))) : .randomID(RandomID(id))
    }

    func write(to writer: inout BitWriter) {
        switch addressee {
        case .randomID(let id):
            writer.write(0, 8)
            writer.write(UInt64(id.value), 16)
        case .asID(let id):
            writer.write(0x80, 8)
            writer.write(UInt64(id.value), 16)
        }
    }
}
