import AIoTBase
import AIoTMac
import Testing

@Suite struct MACMessageTests {
    @Test func anAccessTriggerHasTwoOctets() throws {
        let trigger = R2DMessage.accessTrigger(AccessTrigger(transactionID: TransactionID(12), index: 55))
        #expect(try trigger.encoded() == [0x1c, 0x37])
        #expect(try R2DMessage(decoding: [0x1c, 0x37]) == trigger)
    }

    @Test func everyTruncationOfAMessageIsRefused() throws {
        let schedule = Schedule(rateCode: 4, subcarrierCode: 0, transportBlockOctets: 2)
        let paging = Paging(transactionID: TransactionID(1), access: .cbra, schedule: schedule, sdu: [1, 2, 3])
        let octets = try R2DMessage.paging(paging).encoded()
        for count in 0..<octets.count {
            #expect(throws: MACDecodingError.truncated) { try R2DMessage(decoding: Array(octets.prefix(count))) }
        }
        #expect(throws: MACDecodingError.trailingOctets(1)) { try R2DMessage(decoding: octets + [0]) }
    }
}
