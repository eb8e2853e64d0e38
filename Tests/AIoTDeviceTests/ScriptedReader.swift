import AIoTBase
import AIoTDevice
import AIoTMac
import AIoTPhy
import AIoTSecurity
import Testing

/// A device and a reader that sends it exactly what a test says.
struct ScriptedReader {
    var world: SecurityWorld
    var device: Device
    /// The paging PDU of the transaction.
    var pagingPDU: [UInt8]

    static let networkAuthentication: SecurityProfile = [
        .replayProtection, .deviceAuthentication, .networkAuthentication, .followOnCommands,
    ]
    static let deviceAuthentication: SecurityProfile = [.deviceAuthentication]
    static let transaction = TransactionID(5)
    static let asID = ASID(7)

    init(
        _ profile: SecurityProfile = networkAuthentication, window: UInt32 = 0, counter: UInt32 = 0, seed: UInt64 = 1
    ) throws {
        world = try SecurityWorld(profile: profile, window: window, counter: counter, seed: seed)
        device = Device(
            provisioning: world.provisioning, nonVolatile: world.device.nonVolatile,
            generator: SeededGenerator(seed: seed &+ 100))
        pagingPDU = try world.paging(counter: counter)
    }

    static func schedule(_ octets: UInt8 = 80, offset: UInt16 = 0) -> Schedule {
        Schedule(rateCode: 4, subcarrierCode: 1, transportBlockOctets: octets, startOffset: offset)
    }

    static func paging(
        _ pdu: [UInt8], _ access: AccessMode = .cbra, q: UInt8 = 0, xCode: UInt8 = 0, yCode: UInt8 = 0,
        asID: ASID = .none, transaction: TransactionID = transaction, schedule: Schedule = schedule()
    ) -> Paging {
        Paging(
            transactionID: transaction, access: access, xCode: xCode, yCode: yCode, q: q, asID: asID,
            schedule: schedule, sdu: pdu)
    }

    mutating func page(
        _ access: AccessMode = .cbra, q: UInt8 = 0, xCode: UInt8 = 0, yCode: UInt8 = 0, asID: ASID = .none,
        transaction: TransactionID = transaction, schedule: Schedule = schedule(), pdu: [UInt8]? = nil
    ) -> DeviceTransmission? {
        device.receive(
            .paging(
                Self.paging(
                    pdu ?? pagingPDU, access, q: q, xCode: xCode, yCode: yCode, asID: asID, transaction: transaction,
                    schedule: schedule)))
    }

    mutating func trigger(_ index: UInt8, transaction: TransactionID = transaction) -> DeviceTransmission? {
        device.receive(.accessTrigger(AccessTrigger(transactionID: transaction, index: index)))
    }

    /// A Random ID Response that lists these random IDs, the first with the AS ID given.
    mutating func respond(
        to ids: [RandomID], asID: ASID = asID, transaction: TransactionID = transaction, schedule: Schedule = schedule()
    ) -> DeviceTransmission? {
        let entries = ids.enumerated().map { offset, id in
            RandomIDResponse.Entry(randomID: id, asID: ASID(asID.value &+ UInt8(offset)), schedule: schedule)
        }
        return device.receive(.randomIDResponse(RandomIDResponse(transactionID: transaction, entries: entries)))
    }

    mutating func send(
        _ sdu: [UInt8] = [], asID: ASID = asID, randomID: RandomID? = nil, received: UInt8? = nil,
        transaction: TransactionID = transaction, schedule: Schedule? = schedule()
    ) -> DeviceTransmission? {
        device.receive(
            .upperLayerData(
                R2DUpperLayerData(
                    transactionID: transaction, randomID: randomID, asID: asID, receivedOctets: received,
                    schedule: schedule, sdu: sdu)))
    }

    mutating func nack(_ addressee: NACKFeedback.Addressee) -> DeviceTransmission? {
        device.receive(.nackFeedback(NACKFeedback(transactionID: Self.transaction, addressee: addressee)))
    }

    mutating func acknowledge(_ ids: [ASID] = [asID], transaction: TransactionID = transaction) -> DeviceTransmission? {
        device.receive(.acknowledgement(Acknowledgement(transactionID: transaction, asIDs: ids)))
    }

    /// CBRA up to Msg3: the access response.
    mutating func accessResponse(asID: ASID = asID) throws -> [UInt8] {
        let msg1 = page()
        let msg3 = respond(to: [try #require(msg1).randomID], asID: asID)
        return try #require(msg3).pdu
    }

    /// Direct access up to Msg1.
    mutating func directAnswer() throws -> (pdu: [UInt8], randomID: RandomID) {
        let msg1 = page(.direct)
        let pdu = try #require(msg1).pdu
        return (pdu, RandomID(UInt16(pdu[2]) << 8 | UInt16(pdu[3])))
    }

    /// What the AIoTF sends after `response`.
    func networkResponse(to response: [UInt8]) throws -> [UInt8] {
        NetworkSession(keys: try world.keys(for: response, to: pagingPDU)).networkResponse()
    }

    /// CBRA up to the ID report.
    mutating func idReport() throws -> [UInt8] {
        let response = try accessResponse()
        let report = send(try networkResponse(to: response))
        return try #require(report).pdu
    }
}

extension DeviceTransmission {
    /// Msg1 of CBRA.
    var randomID: RandomID {
        get throws {
            try #require(isMsg1OfCBRA && message.count == 2)
            return RandomID(UInt16(message[0]) << 8 | UInt16(message[1]))
        }
    }

    var data: D2RUpperLayerData {
        get throws { try D2RUpperLayerData(decoding: message) }
    }

    /// The NAS PDU, sent in one piece.
    var pdu: [UInt8] {
        get throws {
            let data = try data
            try #require(!data.moreData)
            return data.sdu
        }
    }
}
