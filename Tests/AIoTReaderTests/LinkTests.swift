import AIoTBase
import AIoTMac
import AIoTReader
import NGAP
import Testing

@Suite struct LinkTests {
    private static let msg1: [UInt8] = [0x12, 0x34]

    /// A group inventory over the link: one device has answered and waits for the AIoTF.
    private func waiting(
        profile: UInt8 = 0x07, q: Int = 1, change: (inout ReaderConfiguration) -> Void = { _ in }
    ) -> (bench: ReaderBench, device: UInt32) {
        var bench = ReaderBench {
            $0.fixedQ = q
            change(&$0)
        }
        bench.request(1, group: true, hasFollowOn: true, profile: profile)
        bench.end([Self.msg1])
        bench.end([ReaderBench.data([2, 1, 7])])
        let device = bench.takeSent().lazy.compactMap { pdu -> UInt32? in
            guard case .inventoryReport(let report) = pdu else { return nil }
            return report.readers.first?.devices.first?.ranDeviceNGAPID
        }.first
        return (bench, device ?? 0)
    }

    @Test func theNextPagingDoesNotWaitForAnExchangeThatWaitsForTheAIoTF() {
        let (bench, _) = waiting()
        #expect(bench.pagings == 2, "devices that wait for a network response do not take it")
        #expect(bench.acknowledged == 0)
    }

    @Test func withoutNetworkAuthenticationThePagingWaits() {
        let (bench, _) = waiting(profile: 0x43)
        #expect(bench.pagings == 1, "the device would answer again in the middle of its exchange")
        #expect(bench.transmission == nil)
    }

    @Test func inDirectAccessThePagingWaits() {
        var bench = ReaderBench {
            $0.fixedQ = 1
            $0.accessMode = .direct
        }
        bench.request(1, group: true, hasFollowOn: true)
        bench.end([ReaderBench.data([2, 1, 7, 7])])
        #expect(bench.takeSent().contains { $0.name == "InventoryReport" })
        #expect(bench.pagings == 1)
        #expect(bench.transmission == nil, "the next paging would end the wait of the device")
    }

    @Test func aPagingWaitsForTheDiskAsTheDeviceWouldTakeIt() throws {
        var (bench, device) = waiting()
        bench.end()
        bench.command(1, device: device)
        bench.end([ReaderBench.data([4, 9])])
        #expect(bench.pagings == 2)
        #expect(bench.transmission == nil)
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        bench.end()
        #expect(bench.acknowledged == 1)
        #expect(bench.pagings == 3)
    }

    @Test func anAIoTFThatWasLateSlowsNewRoundsOnly() {
        var (bench, _) = waiting(q: 4)
        // The budget runs out while the second round is on the air.
        bench.pass(milliseconds: 501)
        bench.end([[0x22, 0x22]])
        var others: [[UInt8]] = [ReaderBench.data([2, 1, 8])]
        var messages = 0
        while bench.transmission != nil, messages < 20 {
            messages += 1
            if case .randomIDResponse = bench.messages.last { bench.end(others) } else { bench.end() }
            if case .randomIDResponse = bench.messages.last { others = [ReaderBench.data([2, 1, 8])] }
        }
        #expect(messages < 20, "further occasions wait until the AIoTF has answered")
        #expect(bench.notices.contains { if case .inventoryComplete = $0 { true } else { false } } == false)
        bench.pass(milliseconds: 501)
        #expect(bench.transmission != nil, "and go on when nobody waits any more")
    }

    @Test func whileTheLinkIsDownNoOccasionIsOpenedThatNeedsTheAIoTF() {
        var (bench, _) = waiting()
        bench.handle(.linkDown(ReaderBench.core))
        bench.end([Self.msg1])
        #expect(bench.transmission == nil, "neither answered nor triggered")
        bench.pass(milliseconds: 501)
        bench.end()
        #expect(bench.transmission == nil)
        #expect(bench.isCarrierOn)
    }

    @Test func anInventoryOutlivesItsLinkForItsHoldOnly() {
        var (bench, _) = waiting()
        bench.handle(.linkDown(ReaderBench.core))
        bench.end()
        bench.pass(milliseconds: 501)
        bench.end()
        bench.pass(milliseconds: 9_000)
        #expect(bench.isCarrierOn)
        bench.pass(milliseconds: 600)
        #expect(!bench.isCarrierOn)
        #expect(bench.reader.isIdle)
        #expect(bench.notices.contains(.inventoryEnded(TransactionID(0), acknowledged: 0, reason: .linkLost)))
    }

    @Test func withoutFollowOnAnInventoryGoesOnWithoutItsLink() throws {
        var bench = ReaderBench { $0.fixedQ = 0 }
        bench.request(1, group: true, hasFollowOn: false, profile: 0x02)
        bench.handle(.linkDown(ReaderBench.core))
        bench.end([Self.msg1])
        bench.end([ReaderBench.data([2, 1, 7])])
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        #expect(bench.acknowledged == 1)
    }

    @Test func aLinkThatBeginsAnewEndsItsInventoriesAndNobodyElses() {
        var (bench, device) = waiting()
        bench.linkUp(ReaderBench.other)
        bench.request(1, group: true, hasFollowOn: true, over: ReaderBench.other)
        bench.linkUp(ReaderBench.core)
        #expect(bench.notices.contains(.inventoryEnded(TransactionID(0), acknowledged: 0, reason: .linkLost)))
        #expect(!bench.reader.hasInventories(of: ReaderBench.core))
        #expect(bench.reader.hasInventories(of: ReaderBench.other))
        _ = bench.takeSent()
        bench.command(1, device: device)
        #expect(bench.takeSent().map(\.name) == ["CommandFailure"])
        bench.end()
        #expect(bench.messages.last.map { if case .paging = $0 { true } else { false } } == true)
    }

    @Test func aConnectionAloneEndsNothingTheAIoTFsAcceptanceDoes() {
        var (bench, _) = waiting()
        bench.handle(.linkDown(ReaderBench.core))
        bench.handle(.linkUp(ReaderBench.core))
        bench.handle(.linkDown(ReaderBench.core))
        bench.handle(.linkUp(ReaderBench.core))
        #expect(bench.reader.hasInventories(of: ReaderBench.core))
        bench.setUp(ReaderBench.core)
        #expect(!bench.reader.hasInventories(of: ReaderBench.core))
    }

    @Test func aHoldCountsFromTheFirstLossHoweverOftenTheLinkIsTried() {
        var (bench, _) = waiting()
        bench.handle(.linkDown(ReaderBench.core))
        bench.end()
        for _ in 0..<3 {
            bench.pass(milliseconds: 3_000)
            bench.handle(.linkUp(ReaderBench.core))
            bench.handle(.linkDown(ReaderBench.core))
            if bench.transmission != nil { bench.end() }
        }
        #expect(bench.reader.hasInventories(of: ReaderBench.core))
        bench.pass(milliseconds: 1_100)
        #expect(!bench.reader.hasInventories(of: ReaderBench.core))
    }

    @Test func aDeadLinkKeepsTheAirFromNobodyElse() {
        var (bench, _) = waiting()
        bench.linkUp(ReaderBench.other)
        bench.handle(.linkDown(ReaderBench.core))
        bench.request(1, group: true, hasFollowOn: true, over: ReaderBench.other)
        bench.pass(milliseconds: 501)
        while let message = bench.messages.last, message.name != "Paging" || bench.pagings < 3 {
            guard bench.transmission != nil else { break }
            bench.end()
        }
        #expect(bench.pagings == 3, "the other AIoTF's inventory is paged")
    }

    @Test func congestionEndsWithTheConnection() {
        var bench = ReaderBench { $0.fixedQ = 0 }
        bench.request(1, group: true, hasFollowOn: false, profile: 0x02)
        bench.handle(.linkCongested(ReaderBench.core, true))
        bench.end([Self.msg1])
        let count = bench.messages.count
        bench.handle(.linkDown(ReaderBench.core))
        #expect(bench.messages.count > count, "an inventory that needs no AIoTF goes on")
    }

    @Test func aCommandOverAnotherLinkReachesNoExchange() {
        var (bench, device) = waiting()
        bench.linkUp(ReaderBench.other)
        bench.end()
        let count = bench.messages.count
        bench.command(1, device: device, over: ReaderBench.other)
        #expect(bench.messages.count == count)
        #expect(bench.takeSent(ReaderBench.other).map(\.name) == ["CommandFailure"])
    }

    @Test func aCongestedLinkOpensNoOccasionsUntilItFlowsAgain() {
        var bench = ReaderBench()
        bench.handle(.linkCongested(ReaderBench.core, true))
        bench.request(1, group: true, hasFollowOn: true)
        #expect(bench.transmission == nil)
        bench.handle(.linkCongested(ReaderBench.core, false))
        #expect(bench.pagings == 1)
    }

    @Test func aDrainRefusesNewInventoriesAndLetsOpenOnesGoOn() throws {
        var (bench, device) = waiting()
        _ = bench.takeSent()
        bench.handle(.draining(true))
        bench.request(2, group: true, hasFollowOn: true)
        let refusals = bench.takeSent().compactMap { pdu -> Cause? in
            if case .inventoryFailure(let message) = pdu { message.cause } else { nil }
        }
        #expect(refusals == [.omIntervention])
        bench.command(1, device: device)
        bench.end()
        bench.end([ReaderBench.data([4, 9])])
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        #expect(bench.acknowledged == 1)
        bench.handle(.draining(false))
        bench.request(3, group: true, hasFollowOn: true)
        #expect(bench.takeSent().contains { $0.name == "InventoryResponse" })
    }

    @Test func aStopEndsWhatIsInFlightAndGivesTheRestBack() throws {
        var (bench, device) = waiting()
        bench.request(2, group: true, hasFollowOn: true)
        _ = bench.takeSent()
        bench.handle(.stopping)
        bench.request(3, group: true, hasFollowOn: true)
        #expect(bench.takeSent().map(\.name) == ["InventoryFailure"])
        bench.end()
        #expect(bench.transmission == nil, "no further paging")
        bench.command(1, device: device)
        bench.end([ReaderBench.data([4, 9])])
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        #expect(bench.acknowledged == 1)
        bench.end()
        #expect(!bench.isCarrierOn)
        #expect(bench.reader.isIdle)
        let requests = bench.takeSent().compactMap { pdu -> Cause? in
            if case .aiotSessionReleaseRequest(let message) = pdu { message.cause } else { nil }
        }
        #expect(requests == [.omIntervention, .omIntervention])
    }
}
