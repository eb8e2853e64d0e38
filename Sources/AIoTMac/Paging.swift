package import AIoTBase

/// How the devices that a Paging addresses get to the channel (`spec/2 "Access"`).
package enum AccessMode: Hashable, Sendable {
    /// Contention with a random ID first.
    case cbra
    /// One device answers at once under the AS ID of the paging.
    case cfra
    /// Contention with the access response itself.
    case direct
    /// The value that is not defined.
    case reserved

    package init(code: UInt8) {
        switch code & 3 {
        case 0: self = .cbra
        case 1: self = .cfra
        case 2: self = .direct
        default: self = .reserved
        }
    }

    package var code: UInt8 {
        switch self {
        case .cbra: 0
        case .cfra: 1
        case .direct: 2
        case .reserved: 3
        }
    }
}

/// R2D type 0: opens 2^q access occasions for the devices that its SDU addresses.
package struct Paging: Hashable, Sendable {
    package var transactionID: TransactionID
    package var access: AccessMode
    /// X = 2^xCode time positions per trigger, xCode 0...3.
    package var xCode: UInt8
    /// Y = 2^yCode frequency positions, yCode 0...3.
    package var yCode: UInt8
    /// 2^q access occasions, q 0...15.
    package var q: UInt8
    /// The AS ID in CFRA, else none.
    package var asID: ASID
    package var schedule: Schedule
    /// The paging A-IoT NAS PDU.
    package var sdu: [UInt8]

    package init(
        transactionID: TransactionID, access: AccessMode, xCode: UInt8 = 0, yCode: UInt8 = 0, q: UInt8 = 0,
        asID: ASID = .none, schedule: Schedule, sdu: [UInt8]
    ) {
        self.transactionID = transactionID
        self.access = access
        self.xCode = xCode
        self.yCode = yCode
        self.q = q
        self.asID = asID
        self.schedule = schedule
        self.sdu = sdu
    }

    init(transactionID: TransactionID, from reader: inout BitReader) throws(MACDecodingError) {
        self.transactionID = transactionID
        access = AccessMode(code: try UInt8(reader.field(2)))
        xCode = try UInt8(reader.field(2))
        yCode = try UInt8(reader.field(2))
        _ = try reader.field(2)
        q = try UInt8(reader.field(4))
        _ = try reader.field(4)
        asID = ASID(try UInt8(reader.field(8)))
        schedule = try Schedule(from: &reader)
        sdu = try reader.countedOctets()
    }

    func write(to writer: inout BitWriter) throws(MACEncodingError) {
        writer.write(UInt64(access.code), 2)
        writer.write(UInt64(xCode), 2)
        writer.write(UInt64(yCode), 2)
        writer.write(0, 2)
        writer.write(UInt64(q), 4)
        writer.write(0, 4)
        writer.write(UInt64(asID.value), 8)
        schedule.write(to: &writer)
        try writer.write(counted: sdu)
    }
}
