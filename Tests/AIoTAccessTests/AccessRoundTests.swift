import AIoTAccess
import AIoTBase
import AIoTMac
import Testing

@Suite struct AccessRoundTests {
    @Test func everyOccasionHasOnePlaceAndPlacesBeyondStayEmpty() {
        for q in 0...10 {
            for x in 0...3 {
                for y in 0...3 {
                    let occasions = AccessOccasions(q: q, xCode: x, yCode: y)
                    var seen: [Int] = []
                    for trigger in 0..<occasions.triggerCount {
                        for position in occasions.positions(ofTrigger: trigger) {
                            #expect(occasions.trigger(of: position.occasion) == trigger)
                            #expect(occasions.position(of: position.occasion) == position)
                            #expect((0..<1 << x).contains(position.time))
                            #expect((0..<1 << y).contains(position.frequency))
                            seen.append(position.occasion)
                        }
                    }
                    #expect(seen == Array(0..<1 << q))
                    #expect(occasions.positions(ofTrigger: occasions.triggerCount).isEmpty)
                }
            }
        }
    }

    @Test func ofTwoEqualRandomIDsOfOneRoundNeitherIsAnswered() {
        let schedule = Schedule(rateCode: 4, subcarrierCode: 0, transportBlockOctets: 2)
        let paging = Paging(
            transactionID: TransactionID(0), access: .cbra, xCode: 1, q: 2, schedule: schedule, sdu: [])
        var round = AccessRound(of: paging, acknowledgedBefore: 0)
        let (tally, answerable) = round.record([.heard(RandomID(5)), .heard(RandomID(5))])
        #expect(answerable == [])
        #expect(tally == OccasionTally(single: 2))
        #expect(round.nextTrigger() == 1)
        #expect(round.record([.heard(RandomID(6)), .heard(RandomID(5))]).answerable == [RandomID(6)])
        #expect(round.nextTrigger() == nil)
    }

    @Test func anASIDIsNotGivenAgainBeforeTheNextPagingNorWhileItsExchangeIsOpen() {
        var pool = ASIDPool()
        var given: Set<UInt8> = []
        while case .free(let id) = pool.take() { given.insert(id.value) }
        #expect(given == Set(1...255))
        pool.giveBack(ASID(17))
        #expect(pool.take() == nil)
        pool.pagingSent()
        #expect(pool.take() == .free(ASID(17)))
        pool.acknowledged(ASID(20))
        pool.acknowledged(ASID(21))
        #expect(pool.take() == nil)
        pool.pagingSent()
        pool.giveBack(ASID(20))
        #expect(pool.take() == .reused(ASID(21)))
        #expect(pool.take() == nil)
    }
}
