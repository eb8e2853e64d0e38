package import AIoTBase

/// R2D type 2: echoes random IDs, gives each device its AS ID and the schedule of its Msg3.
package struct RandomIDResponse: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        package var randomID: RandomID
        package var asID: ASID
        package var schedule: Schedule

        package init(randomID: RandomID, asID: ASID, schedule: Schedule) {
            self.randomID = randomID
            self.asID = asID
            self.schedule = schedule
        }
    }

    /// Octets of a message to so many devices.
    package static func octets(entries: Int) -> Int { 2 + 7 * entries }

    package var transactionID: TransactionID
    /// 1 to 16 devices.
    package var entries: [Entry]

    package init(transactionID: TransactionID, entries: [Entry]) {
        self.transactionID = transactionID
        self.entries = entries
    }

    init(transactionID: TransactionID, from reader: inout BitReader) throws(MACDecodingError) {
        self.transactionID = transactionID
        let count = try reader.field(4) + 1
        _ = try reader.field(4)
        entries = []
        for _ in 0..<count {
            let randomID = RandomID(try UInt16(reader.field(16)))
            let asID = ASID(try UInt8(reader.field(8)))
            entries.append(Entry(randomID: randomID, asID: asID, schedule: try Schedule(from: &reader)))
        }
    }

    func write(to writer: inout BitWriter) throws(MACEncodingError) {
        guard (1...MACLimits.listEntries).contains(entries.count) else { throw .entryCount(entries.count) }
        writer.write(UInt64(entries.count - 1), 4)
        writer.write(0, 4)
        for entry in entries {
            writer.write(UInt64(entry.randomID.value), 16)
            writer.write(UInt64(entry.asID.value), 8)
            entry.schedule.write(to: &writer)
        }
    }
}
