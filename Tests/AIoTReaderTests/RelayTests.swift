import AIoTBase
import AIoTMac
import AIoTReader
import NGAP
import Testing

@Suite struct RelayTests {
    /// A single device without network authentication whose access response has come.
    private func answered() -> ReaderBench {
        var bench = ReaderBench()
        bench.request(1, hasFollowOn: false, profile: 0x02)
        bench.end([ReaderBench.data([2, 0, 7])])
        return bench
    }

    @Test func aDeviceIsAcknowledgedOnlyOnceItsLastMessageIsRelayed() throws {
        var bench = answered()
        let relay = try #require(bench.relays.first)
        #expect(relay.aiotfIdentifier == ReaderBench.aiotfIdentifier)
        #expect(bench.transmission == nil, "nothing may go to the device before its message is safe")
        bench.handle(.relayed(id: relay.id))
        #expect(bench.acknowledged == 1)
    }

    @Test func aDeviceWhoseLastMessageCannotBeRelayedIsToldSoAndNotAcknowledged() throws {
        var bench = answered()
        bench.handle(.notRelayed(id: try #require(bench.relays.first).id))
        #expect(bench.messages.last?.name == "NACKFeedback")
        #expect(bench.notices.contains(.dropped(.notRelayed)))
        bench.end()
        #expect(bench.acknowledged == 0)
        #expect(bench.pagings == 2, "the device is paged again")
    }

    @Test func aRelayThatIsAnsweredTwiceOrInventedAcknowledgesNobodyTwice() throws {
        var bench = answered()
        let relay = try #require(bench.relays.first)
        bench.handle(.relayed(id: 77))
        #expect(bench.acknowledged == 0)
        bench.handle(.relayed(id: relay.id))
        bench.handle(.relayed(id: relay.id))
        bench.handle(.notRelayed(id: relay.id))
        bench.end()
        #expect(bench.acknowledged == 1)
    }

    @Test func aRelayThatComesAfterTheBudgetAcknowledgesNobody() throws {
        var bench = answered()
        bench.pass(milliseconds: 501)
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        while bench.transmission != nil, bench.messages.count < 8 { bench.end() }
        #expect(bench.acknowledged == 0)
    }

    @Test func withFollowOnTheFirstCommandResponseIsRelayedAndTheAccessResponseIsNot() throws {
        var bench = ReaderBench()
        bench.request(1, hasFollowOn: true)
        bench.end([ReaderBench.data([2, 1, 7])])
        #expect(bench.relays.isEmpty)
        let device = try #require(bench.takeSent().compactMap(Self.reportedDevice).first)
        bench.command(1, device: device)
        bench.end([ReaderBench.data([4, 9])])
        #expect(bench.relays.count == 1)
        #expect(bench.acknowledged == 0)
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        #expect(bench.acknowledged == 1)
    }

    @Test func aCommandThatOvertakesTheDiskIsCarriedOutAndTheDeviceAcknowledged() throws {
        var bench = ReaderBench()
        bench.request(1, hasFollowOn: true)
        bench.end([ReaderBench.data([2, 1, 7])])
        let device = try #require(bench.takeSent().compactMap(Self.reportedDevice).first)
        bench.command(1, device: device)
        bench.end([ReaderBench.data([4, 9])])
        bench.command(1, device: device)
        #expect(bench.transmission != nil)
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        bench.end([ReaderBench.data([6, 1])])
        #expect(bench.acknowledged == 1)
        let responses = bench.takeSent().count { if case .commandResponse = $0 { true } else { false } }
        #expect(responses == 2)
        #expect(bench.relays.count == 1, "the second answer belongs to the moment")
    }

    @Test func theEndOfAnInventoryIsRelayedToo() throws {
        var bench = answered()
        bench.handle(.relayed(id: try #require(bench.relays.first).id))
        while bench.transmission != nil { bench.end() }
        let last = try #require(bench.relays.last)
        guard case .inventoryReport(let report) = try NGAPPDU(decoding: last.octets) else {
            Issue.record("no report")
            return
        }
        #expect(report.inventoryComplete)
        bench.handle(.relayed(id: last.id))
        #expect(!bench.isCarrierOn || !bench.reader.isIdle)
    }

    private static func reportedDevice(_ pdu: NGAPPDU) -> UInt32? {
        guard case .inventoryReport(let report) = pdu else { return nil }
        return report.readers.first?.devices.first?.ranDeviceNGAPID
    }
}
