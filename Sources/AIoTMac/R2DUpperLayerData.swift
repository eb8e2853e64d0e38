package import AIoTBase

/// R2D type 3: a NAS PDU for one device, or a request for its next segment.
package struct R2DUpperLayerData: Hashable, Sendable {
    package var transactionID: TransactionID
    /// Present where the device is addressed by the random ID of direct access; `asID` is then assigned to it.
    package var randomID: RandomID?
    package var asID: ASID
    /// SDU octets received so far over all segments; present where a further segment is asked for.
    package var receivedOctets: UInt8?
    /// How the device's next burst is sent; absent where none is due.
    package var schedule: Schedule?
    package var sdu: [UInt8]

    package init(
        transactionID: TransactionID, randomID: RandomID? = nil, asID: ASID, receivedOctets: UInt8? = nil,
        schedule: Schedule? = nil, sdu: [UInt8] = []
    ) {
        self.transactionID = transactionID
        self.randomID = randomID
        self.asID = asID
        self.receivedOctets = receivedOctets
        self.schedule = schedule
        self.sdu = sdu
    }

    init(transactionID: TransactionID, from reader: inout BitReader) throws(MACDecodingError) {
        self.transactionID = transactionID
        let byRandomID = try reader.field(1) == 1
        let hasReceived = try reader.field(1) == 1
        let hasSchedule = try reader.field(1) == 1
        _ = try reader.field(5)
        randomID = byRandomID ? RandomID(try UInt16(reader.field(16))) : nil
        asID = ASID(try UInt8(reader.field(8)))
        receivedOctets = hasReceived ? try UInt8(reader.field(8)) : nil
        schedule = hasSchedule ? try Schedule(from: &reader) : nil
        sdu = try reader.countedOctets()
    }

    func write(to writer: inout BitWriter) throws(MACEncodingError) {
        writer.write(randomID != nil)
        writer.write(receivedOctets != nil)
        writer.write(schedule != nil)
        writer.write(0, 5)
        if let randomID { writer.write(UInt64(randomID.value), 16) }
        writer.write(UInt64(asID.value), 8)
        if let receivedOctets { writer.write(UInt64(receivedOctets), 8) }
        schedule?.write(to: &writer)
        try writer.write(counted: sdu)
    }
}
