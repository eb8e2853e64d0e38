import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import Testing

/// What one message does for several devices, and how a reader gets to the channel.
@Suite struct BatchTests {
    private static let profile = AirProfile.oursV0

    private func bench(_ change: (inout ReaderConfiguration) -> Void) -> ReaderBench {
        var bench = ReaderBench(change)
        bench.request(1, group: true, hasFollowOn: true)
        return bench
    }

    /// As many random IDs as the frame at hand has places, up to `limit`.
    private func answer(_ bench: inout ReaderBench, limit: Int) {
        let count = min(limit, bench.transmission?.expected.count ?? 0)
        bench.end((0..<count).map { [UInt8($0 + 1), 7] })
    }

    /// Whether two bursts differ in their subcarrier, or are apart in time whatever the clocks.
    private func keepApart(_ one: ExpectedBurst, _ other: ExpectedBurst) -> Bool {
        if one.delay == other.delay { return one.format.subcarrierPeriods != other.format.subcarrierPeriods }
        let (earlier, later) = one.delay < other.delay ? (one, other) : (other, one)
        let latestEnd = (earlier.delay + earlier.format.duration(in: Self.profile)).seconds / 0.98
        return latestEnd <= later.delay.seconds / 1.02
    }

    @Test(arguments: [(1, 0, 2), (2, 0, 4), (2, 1, 3), (2, 2, 2), (3, 0, 4)])
    func msg3OfOneResponseKeepApartInFrequencyOrTime(frequencyCode: Int, subcarrierCode: Int, sideBySide: Int) {
        var group = bench {
            $0.fixedQ = 6
            $0.frequencyCode = frequencyCode
            $0.subcarrierCode = subcarrierCode
            $0.rateCode = 2
        }
        answer(&group, limit: sideBySide)
        #expect(group.messages.last?.name == "RandomIDResponse")
        let bursts = group.transmission?.expected ?? []
        #expect(bursts.count { $0.delay == bursts.first?.delay } == sideBySide)
        for (index, burst) in bursts.enumerated() {
            #expect(burst.format.fits(sampleRateHz: 1_920_000, in: Self.profile))
            for later in bursts.dropFirst(index + 1) { #expect(keepApart(burst, later)) }
        }
    }

    @Test func withoutFrequencyPositionsMsg3HaveOneSubcarrier() {
        var group = bench { $0.fixedQ = 3 }
        answer(&group, limit: 2)
        let bursts = group.transmission?.expected ?? []
        #expect(bursts.map(\.format.subcarrierPeriods) == [1, 1])
        #expect(keepApart(bursts[0], bursts[1]))
    }

    /// At 7.5 kbit/s two answers in one message take longer than a message each, as start offsets have to make room for
    /// the clocks; at 60 kbit/s the frames weigh more.
    @Test(arguments: [(1, 1), (4, 2)])
    func aResponseIsForSoManyDevicesAsTakeTheLeastAirTime(rateCode: Int, entries: Int) {
        var group = bench {
            $0.fixedQ = 3
            $0.rateCode = rateCode
        }
        answer(&group, limit: 2)
        #expect(group.transmission?.expected.count == entries)
    }

    @Test(arguments: [(1, AccessMode.direct), (2, .cbra), (1_000, .cbra)])
    func directAccessIsForTheOnlyMemberOfAGroup(members: Int, mode: AccessMode) throws {
        var group = ReaderBench { $0.rateCode = 1 }
        group.request(1, group: true, hasFollowOn: true, expected: members)
        guard case .paging(let paging) = try #require(group.messages.last) else {
            Issue.record("no paging")
            return
        }
        #expect(paging.access == mode)
    }
}
