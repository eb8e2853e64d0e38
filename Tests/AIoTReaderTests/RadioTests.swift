import AIoTBase
import AIoTMac
import AIoTReader
import NGAP
import Testing

@Suite struct RadioTests {
    /// A group inventory with a device that has shown its random ID.
    private func paging() -> ReaderBench {
        var bench = ReaderBench { $0.fixedQ = 1 }
        bench.request(1, group: true, hasFollowOn: true)
        bench.end([[0x12, 0x34]])
        _ = bench.takeSent()
        return bench
    }

    private func causes(_ pdus: [NGAPPDU]) -> [Cause] {
        pdus.compactMap { pdu in
            switch pdu {
            case .inventoryFailure(let failure): failure.cause
            case .aiotSessionReleaseRequest(let request): request.cause
            default: nil
            }
        }
    }

    @Test func aRadioThatGoesEndsWhatWasPagedWithItsCause() {
        var bench = paging()
        bench.handle(.radioChanged(isUsable: false))
        #expect(causes(bench.takeSent()) == [.hardwareFailure])
        #expect(bench.notices.contains(.inventoryEnded(TransactionID(0), acknowledged: 0, reason: .radioLost)))
        #expect(bench.reader.isIdle)
        bench.handle(.radioChanged(isUsable: false))
        #expect(bench.takeSent().isEmpty, "told once")
    }

    @Test func whatIsAskedForMeanwhileIsPagedWhenTheRadioIsBack() {
        var bench = paging()
        bench.handle(.radioChanged(isUsable: false))
        let before = bench.pagings
        bench.request(2, group: true, hasFollowOn: true)
        #expect(bench.takeSent().contains { $0.name == "InventoryResponse" })
        bench.pass(milliseconds: 9_000)
        #expect(bench.pagings == before)
        bench.handle(.radioChanged(isUsable: true))
        #expect(bench.pagings == before + 1)
        #expect(bench.isCarrierOn, "the carrier that went with the radio is brought up again")
    }

    @Test func aRadioThatStaysAwayEndsWhatWaitsAndTurnsAwayWhatComes() {
        var bench = ReaderBench()
        bench.handle(.radioChanged(isUsable: false))
        bench.request(1, group: true, hasFollowOn: true)
        _ = bench.takeSent()
        bench.pass(milliseconds: 9_999)
        #expect(causes(bench.takeSent()).isEmpty)
        #expect(bench.reader.nextDeadline == bench.now + .milliseconds(1))
        bench.pass(milliseconds: 1)
        #expect(causes(bench.takeSent()) == [.hardwareFailure])
        #expect(bench.reader.nextDeadline == nil)
        bench.request(2, group: true, hasFollowOn: true)
        #expect(causes(bench.takeSent()) == [.hardwareFailure])
        bench.handle(.radioChanged(isUsable: true))
        bench.request(3, group: true, hasFollowOn: true)
        #expect(bench.pagings == 1)
    }

    @Test func aDeviceThatWasToldOfStaysToldWhenTheRadioGoes() throws {
        var bench = ReaderBench { $0.fixedQ = 0 }
        bench.request(1, group: true, hasFollowOn: false, profile: 0x02)
        bench.end([[0x12, 0x34]])
        bench.end([ReaderBench.data([2, 1, 7])])
        let relay = try #require(bench.relays.first)
        bench.handle(.radioChanged(isUsable: false))
        bench.handle(.relayed(id: relay.id))
        bench.handle(.radioChanged(isUsable: true))
        #expect(bench.acknowledged == 0, "its session is gone: nobody is there to be acknowledged")
        #expect(bench.relays.count == 1)
    }

    @Test func whatTheLostRadioTellsLaterIsNotTaken() {
        var bench = ReaderBench { $0.fixedQ = 1 }
        bench.request(1, group: true, hasFollowOn: true)
        bench.handle(.radioChanged(isUsable: false))
        bench.end([[0x12, 0x34]])
        #expect(bench.reader.isIdle)
        #expect(bench.messages.count == 1)
    }
}
