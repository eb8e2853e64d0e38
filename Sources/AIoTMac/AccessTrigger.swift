package import AIoTBase

/// R2D type 1: opens the next X * Y access occasions of the transaction's last paging.
package struct AccessTrigger: Hashable, Sendable {
    package var transactionID: TransactionID
    /// 1 for the first trigger after the paging.
    package var index: UInt8

    package init(transactionID: TransactionID, index: UInt8) {
        self.transactionID = transactionID
        self.index = index
    }

    init(transactionID: TransactionID, from reader: inout BitReader) throws(MACDecodingError) {
        self.transactionID = transactionID
        index = try UInt8(reader.field(8))
    }

    func write(to writer: inout BitWriter) {
        writer.write(UInt64(index), 8)
    }
}
