package import AIoTBase

/// R2D type 5: contention resolution; the devices listed are done for this transaction.
package struct Acknowledgement: Hashable, Sendable {
    package var transactionID: TransactionID
    /// 1 to 16 devices.
    package var asIDs: [ASID]

    package init(transactionID: TransactionID, asIDs: [ASID]) {
        self.transactionID = transactionID
        self.asIDs = asIDs
    }

    init(transactionID: TransactionID, from reader: inout BitReader) throws(MACDecodingError) {
        self.transactionID = transactionID
        let count = try reader.field(4) + 1
        _ = try reader.field(4)
        asIDs = []
        for _ in 0..<count { asIDs.append(ASID(try UInt8(reader.field(8)))) }
    }

    func write(to writer: inout BitWriter) throws(MACEncodingError) {
        guard (1...MACLimits.listEntries).contains(asIDs.count) else { throw .entryCount(asIDs.count) }
        writer.write(UInt64(asIDs.count - 1), 4)
        writer.write(0, 4)
        for id in asIDs { writer.write(UInt64(id.value), 8) }
    }
}
