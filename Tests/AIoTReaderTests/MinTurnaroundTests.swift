import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import Testing

@Suite struct MinTurnaroundTests {
    private static let profile = AirProfile.oursV0

    private func bench(_ milliseconds: Int, _ change: (inout ReaderConfiguration) -> Void = { _ in }) -> ReaderBench {
        ReaderBench {
            $0.minTurnaroundMilliseconds = milliseconds
            change(&$0)
        }
    }

    private func delays(_ bench: ReaderBench) -> [AirDuration] { (bench.transmission?.expected ?? []).map(\.delay) }

    /// A device with a slow clock has ended its burst before one with a fast clock begins the next.
    private func cannotMeet(_ bursts: [ExpectedBurst]) -> Bool {
        zip(bursts, bursts.dropFirst()).allSatisfy { earlier, later in
            let latestEnd = (earlier.delay + earlier.format.duration(in: Self.profile)).seconds / 0.98
            return latestEnd <= later.delay.seconds / 1.02
        }
    }

    @Test(arguments: [(0, 250), (1, 1_000), (20, 20_000), (3_276, 3_276_000)])
    func theFirstBurstOfEveryFrameIsDueAtTheMinimumTurnaround(milliseconds: Int, microseconds: Int64) throws {
        let least = AirDuration.microseconds(microseconds)
        // CFRA, a segment and a command.
        var single = bench(milliseconds)
        single.request(1, hasFollowOn: true)
        #expect(delays(single) == [least])
        let segment = D2RUpperLayerData(moreData: true, sdu: [UInt8](repeating: 2, count: 30), transportBlockOctets: 32)
        single.end([try segment.encoded()])
        #expect(single.messages.last?.name == "R2DUpperLayerData")
        #expect(delays(single) == [least])
        single.end([ReaderBench.data([1])])
        single.command(1, device: 0x1_0000)
        #expect(single.messages.last?.name == "R2DUpperLayerData")
        #expect(delays(single) == [least])
        // Contention, a trigger and a Random ID Response.
        var group = bench(milliseconds) { $0.fixedQ = 5 }
        group.request(1, group: true, hasFollowOn: true)
        #expect(delays(group).first == least)
        group.end()
        #expect(group.messages.last?.name == "AccessTrigger")
        #expect(delays(group).first == least)
        group.end([[0x12, 0x34]])
        #expect(group.messages.last?.name == "RandomIDResponse")
        #expect(delays(group) == [least])
        var direct = bench(milliseconds) { $0.accessMode = .direct }
        direct.request(1, group: true, hasFollowOn: true)
        #expect(delays(direct).first == least)
    }

    @Test(arguments: [0, 5, 20, 100, 1_000, 3_276])
    func neighbouringTimePositionsKeepApartOverTheLongerDelay(milliseconds: Int) {
        var group = bench(milliseconds) { $0.fixedQ = 5 }
        group.request(1, group: true, hasFollowOn: true)
        let bursts = group.transmission?.expected ?? []
        #expect(cannotMeet(bursts))
        // Short delays must not cost the time positions that they allow, nor long ones leave none.
        #expect(milliseconds == 0 ? bursts.count > 1 : milliseconds < 1_000 || bursts.count == 1)
    }

    @Test(arguments: [0, 20, 1_000])
    func theAnswersToSeveralRandomIDsStartAtTheMinimumTurnaroundAndKeepApart(milliseconds: Int) {
        var group = bench(milliseconds) {
            $0.fixedQ = 2
            $0.frequencyCode = 1
            $0.oneSubcarrierForMsg3()
        }
        group.request(1, group: true, hasFollowOn: true)
        group.end([[1, 1], [2, 2]])
        let bursts = group.transmission?.expected ?? []
        #expect(group.messages.last?.name == "RandomIDResponse")
        #expect(bursts.count > 1)
        #expect(bursts.first?.delay == .microseconds(milliseconds == 0 ? 250 : Int64(milliseconds) * 1_000))
        #expect(cannotMeet(bursts))
    }

    @Test func randomIDsWhoseAnswersDoNotFitTheStartOffsetAreLeftToTheNextResponse() {
        var group = bench(3_276) {
            $0.fixedQ = 1
            $0.frequencyCode = 1
            $0.oneSubcarrierForMsg3()
        }
        group.request(1, group: true, hasFollowOn: true)
        #expect(group.transmission?.expected.count == 2)
        group.end([[1, 1], [2, 2]])
        for id in [RandomID(0x0101), RandomID(0x0202)] {
            guard case .randomIDResponse(let response) = group.messages.last else {
                Issue.record("\(String(describing: group.messages.last))")
                return
            }
            #expect(response.entries.map(\.randomID) == [id])
            #expect(delays(group) == [.milliseconds(3_276)])
            group.end()
            // The missing Msg3 is asked for once more, then given up.
            group.end()
            group.end()
        }
    }

    @Test(arguments: [-1, 3_277, Int.max])
    func aMinimumTurnaroundThatAStartOffsetCannotTellIsRefusedWithWhatCan(milliseconds: Int) {
        var configuration = ReaderConfiguration()
        configuration.minTurnaroundMilliseconds = milliseconds
        #expect(configuration.problems.count == 1)
        #expect(configuration.problems.first?.contains("take 0 to 3,276") == true)
        configuration.minTurnaroundMilliseconds = 3_276
        #expect(configuration.problems == [])
    }
}

extension ReaderConfiguration {
    /// The highest subcarrier that SCHED can tell: none is left for a burst beside another.
    fileprivate mutating func oneSubcarrierForMsg3() {
        subcarrierCode = 3
        rateCode = 2
    }
}
