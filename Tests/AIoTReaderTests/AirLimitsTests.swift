import AIoTBase
import AIoTMac
import AIoTReader
import NGAP
import Testing

@Suite struct AirLimitsTests {
    private static let talk = AirLimits.ListenBeforeTalk(thresholdDBFS: -60, duration: .milliseconds(5))

    private func listener() -> ReaderBench {
        ReaderBench {
            $0.fixedQ = 1
            $0.limits.listenBeforeTalk = Self.talk
        }
    }

    @Test func theTighterOfTwoLimitsHolds() {
        var ours = Region.eu865.limits
        ours.listenBeforeTalk = Self.talk
        var theirs = AirLimits()
        theirs.longestCarrier = .milliseconds(1_000)
        theirs.shortestPause = .milliseconds(50)
        theirs.dutyCycles = [.init(share: 0.1, window: .milliseconds(10_000))]
        theirs.listenBeforeTalk = .init(thresholdDBFS: -40, duration: .milliseconds(10))
        theirs.maxEIRPdBm = 20
        let merged = ours.merged(with: theirs)
        #expect(merged.longestCarrier == .milliseconds(1_000))
        #expect(merged.shortestPause == .milliseconds(100))
        #expect(merged.dutyCycles == theirs.dutyCycles)
        #expect(merged.listenBeforeTalk == .init(thresholdDBFS: -60, duration: .milliseconds(10)))
        #expect(merged.maxEIRPdBm == 20)
        #expect(merged == theirs.merged(with: ours))
        #expect(Region.eu915.limits.merged(with: Region.screened.limits) == Region.eu915.limits)
    }

    @Test func everyRegionHasItsBandAroundItsChannelsAndLimitsThatCanBeKept() throws {
        for region in Region.allCases {
            var configuration = ReaderConfiguration()
            configuration.limits = region.limits
            #expect(configuration.problems.isEmpty, "\(region)")
            guard region != .screened else { continue }
            let band = try #require(region.bandHz)
            #expect(region.channelsHz.allSatisfy { band.contains($0) })
            #expect(region.limits.maxEIRPdBm != nil && !region.limits.areNone)
        }
        #expect(Region.screened.limits.areNone)
    }

    @Test func limitsTooSmallForOneDeviceAreRefused() {
        var configuration = ReaderConfiguration()
        configuration.limits.dutyCycles = [.init(share: 0.01, window: .milliseconds(5_000))]
        #expect(configuration.problems.count == 1)
        #expect(configuration.problems.first?.contains("40 ms at a time") == true)
        configuration.limits.dutyCycles = [.init(share: 0.1, window: .milliseconds(5_000))]
        #expect(configuration.problems.isEmpty)
        configuration.limits.longestCarrier = .milliseconds(15)
        configuration.limits.shortestPause = .milliseconds(10)
        #expect(configuration.problems.count == 1)
        // The same limits are enough for fewer bits or fewer, faster ones.
        configuration.limits.longestCarrier = .milliseconds(450)
        #expect(configuration.problems.isEmpty)
        configuration.rateCode = 0
        #expect(configuration.problems.count == 1)
    }

    @Test func valuesThatCannotBeAreRefused() {
        func problems(_ change: (inout AirLimits) -> Void) -> Int {
            var configuration = ReaderConfiguration()
            change(&configuration.limits)
            return configuration.problems.count
        }
        #expect(problems { $0.dutyCycles = [.init(share: 1.1, window: .milliseconds(5_000))] } == 1)
        #expect(problems { $0.dutyCycles = [.init(share: .nan, window: .milliseconds(5_000))] } == 1)
        #expect(problems { $0.dutyCycles = [.init(share: 0.5, window: .milliseconds(5))] } == 1)
        #expect(problems { $0.longestCarrier = .milliseconds(4_000) } == 1, "a longest carrier wants a pause")
        #expect(problems { $0.shortestPause = .milliseconds(-1) } == 1)
        #expect(problems { $0.listenBeforeTalk = .init(thresholdDBFS: 1, duration: .milliseconds(5)) } == 1)
        #expect(problems { $0.listenBeforeTalk = .init(thresholdDBFS: -60, duration: .zero) } == 1)
    }

    @Test func nothingIsSentBeforeTheChannelHasBeenHeardToBeQuiet() {
        var bench = listener()
        bench.request(1, group: true, hasFollowOn: true)
        #expect(bench.listens == [Self.talk.duration])
        #expect(!bench.isCarrierOn && bench.messages.isEmpty)
        bench.handle(.channelHeard(levelDBFS: -61))
        #expect(bench.isCarrierOn)
        #expect(bench.pagings == 1)
        bench.end()
        #expect(bench.listens.count == 1, "once for each time that the carrier comes up")
    }

    @Test func aBusyChannelIsListenedToAgainAfterABackOffThatTheIdentityDraws() {
        func waits(gnbID: UInt32) -> [AirDuration] {
            var bench = ReaderBench {
                $0.limits.listenBeforeTalk = Self.talk
                $0.identity.gnbID = gnbID
            }
            bench.request(1, group: true, hasFollowOn: true)
            var waits: [AirDuration] = []
            for count in 1...10 {
                bench.handle(.channelHeard(levelDBFS: -30))
                #expect(bench.listens.count == count && !bench.isCarrierOn)
                guard let next = bench.reader.nextDeadline else { break }
                waits.append(next - bench.now)
                bench.pass(nanoseconds: (next - bench.now).nanoseconds - 1)
                #expect(bench.listens.count == count)
                bench.pass(nanoseconds: 1)
                #expect(bench.listens.count == count + 1)
            }
            #expect(bench.reader.counters.channelBusy == 10)
            #expect(bench.closed == [.channelBusy(levelDBFS: -30)], "a wait is told once")
            bench.handle(.channelHeard(levelDBFS: -70))
            #expect(bench.pagings == 1)
            #expect(bench.reader.counters.airWaited == bench.now - .zero)
            return waits
        }
        let first = waits(gnbID: 1)
        #expect(first.allSatisfy { $0 >= .milliseconds(5) && $0 <= .milliseconds(40) })
        #expect(Set(first).count > 5)
        #expect(first == waits(gnbID: 1))
        #expect(first != waits(gnbID: 2))
    }

    @Test func aRadioThatCannotListenNeverSends() {
        var bench = listener()
        bench.request(1, group: true, hasFollowOn: true)
        for _ in 0..<20 {
            bench.handle(.channelHeard(levelDBFS: nil))
            bench.pass(milliseconds: 1_000)
        }
        #expect(bench.messages.isEmpty && !bench.isCarrierOn)
        #expect(bench.closed == [.cannotListen])
        #expect(bench.listens.count == 21)
    }

    @Test func aChannelThatIsNeverQuietEndsWhatWaitsAndTheAIoTFLearnsIt() throws {
        var bench = listener()
        bench.request(1, group: true, hasFollowOn: true)
        while bench.reader.openInventories > 0, bench.now < .zero + .milliseconds(70_000) {
            bench.handle(.channelHeard(levelDBFS: -30))
            guard let next = bench.reader.nextDeadline else { break }
            bench.pass(nanoseconds: (next - bench.now).nanoseconds)
        }
        #expect(bench.now - .zero >= .milliseconds(60_000) && bench.now - .zero < .milliseconds(61_000))
        #expect(bench.takeSent().last?.name == "AIOTSessionReleaseRequest")
        #expect(bench.notices.contains(.inventoryEnded(TransactionID(0), acknowledged: 0, reason: .airtime)))
        // The next one waits as long.
        bench.request(2, group: true, hasFollowOn: true)
        bench.handle(.channelHeard(levelDBFS: -30))
        #expect(bench.reader.openInventories == 1)
    }

    @Test func aWaitIsOverWhenNobodyWaitsAnyMore() {
        func opened(_ bench: ReaderBench) -> [AirDuration] {
            bench.notices.compactMap { if case .airOpen(let waited) = $0 { waited } else { nil } }
        }
        var bench = listener()
        bench.request(1, group: true, hasFollowOn: true)
        bench.handle(.channelHeard(levelDBFS: -30))
        bench.wait(milliseconds: 3)
        bench.receive(
            .aiotSessionReleaseCommand(
                AIOTSessionReleaseCommand(session: ReaderBench.session(1), cause: .normalRelease)))
        #expect(opened(bench) == [.milliseconds(3)])
        bench.request(2, group: true, hasFollowOn: true)
        bench.handle(.channelHeard(levelDBFS: -30))
        bench.handle(.radioChanged(isUsable: false))
        #expect(opened(bench) == [.milliseconds(3), .zero])
    }

    @Test func anAnswerThatDoesNotComeIsAskedForAgain() {
        var bench = listener()
        bench.request(1, group: true, hasFollowOn: true)
        bench.pass(milliseconds: 1_004)
        #expect(bench.listens.count == 1)
        bench.pass(milliseconds: 1)
        #expect(bench.listens.count == 2)
        #expect(!bench.isCarrierOn)
        #expect(bench.closed == [.cannotListen])
        // Nor for ever.
        for _ in 0..<60 { bench.pass(milliseconds: 1_005) }
        #expect(bench.reader.openInventories == 0)
        #expect(bench.takeSent().last?.name == "AIOTSessionReleaseRequest")
    }

    @Test func whatIsHeardUnaskedChangesNothing() {
        var bench = listener()
        bench.handle(.channelHeard(levelDBFS: -90))
        bench.request(1, group: true, hasFollowOn: true)
        #expect(!bench.isCarrierOn)
        // Released while it waits: what is heard then is for nobody.
        bench.receive(
            .aiotSessionReleaseCommand(
                AIOTSessionReleaseCommand(session: ReaderBench.session(1), cause: .normalRelease)))
        bench.handle(.channelHeard(levelDBFS: -90))
        #expect(!bench.isCarrierOn && bench.messages.isEmpty)
        #expect(bench.reader.nextDeadline == nil)
        bench.request(2, group: true, hasFollowOn: true)
        #expect(bench.listens.count == 2 && !bench.isCarrierOn)
    }

    @Test func aPausePutsAnEndToWhatWasPagedAndWhatIsAskedForMeanwhileWaits() throws {
        var bench = ReaderBench {
            $0.fixedQ = 1
            $0.limits.longestCarrier = .milliseconds(1_000)
            $0.limits.shortestPause = .milliseconds(100)
        }
        bench.request(1, group: true, hasFollowOn: true)
        bench.end([[0x12, 0x34]])
        #expect(bench.isCarrierOn)
        // Its access response never comes to an end: the carrier goes all the same, a little before it must.
        #expect(bench.reader.nextDeadline == AirTime.zero + .milliseconds(990))
        bench.pass(milliseconds: 990 - 5)
        #expect(!bench.isCarrierOn)
        #expect(bench.notices.contains(.inventoryEnded(TransactionID(0), acknowledged: 0, reason: .airtime)))
        let causes = bench.takeSent().compactMap { pdu in
            if case .aiotSessionReleaseRequest(let request) = pdu { request.cause } else { nil as Cause? }
        }
        #expect(causes == [.aiotDeviceNotReachable])
        bench.request(2, group: true, hasFollowOn: true)
        #expect(bench.takeSent().contains { $0.name == "InventoryResponse" })
        #expect(bench.pagings == 1)
        let until = AirTime.zero + .milliseconds(990 + 100) + CarrierBudget.margin
        #expect(bench.closed == [.rest(until: until)])
        #expect(bench.reader.nextDeadline == until)
        bench.pass(milliseconds: 109)
        #expect(bench.pagings == 1)
        bench.pass(milliseconds: 1)
        #expect(bench.pagings == 2 && bench.isCarrierOn)
        #expect(bench.reader.counters.forcedPauses == 1)
        #expect(bench.reader.counters.airWaited == .milliseconds(110))
        #expect(bench.reader.counters.carrierOn == .milliseconds(990))
    }

    @Test func newLimitsHoldForACarrierThatIsOn() {
        var configuration = ReaderConfiguration()
        configuration.fixedQ = 1
        var bench = ReaderBench { $0 = configuration }
        bench.request(1, group: true, hasFollowOn: true)
        bench.end([[0x12, 0x34]])
        #expect(bench.reader.nextDeadline == nil)
        configuration.limits.longestCarrier = .milliseconds(500)
        configuration.limits.shortestPause = .milliseconds(100)
        bench.reconfigure(configuration)
        #expect(bench.reader.nextDeadline == AirTime.zero + .milliseconds(490))
        bench.pass(milliseconds: 485)
        #expect(!bench.isCarrierOn)
    }

    @Test func aRadioThatWasHeldUpOnceIsTriedAgain() {
        var bench = ReaderBench {
            $0.fixedQ = 1
            $0.limits = Region.us902.limits
        }
        bench.request(1, group: true, hasFollowOn: true)
        bench.wait(milliseconds: 300)
        bench.end([[0x12, 0x34]])
        #expect(!bench.isCarrierOn)
        bench.request(2, group: true, hasFollowOn: true)
        bench.pass(milliseconds: 20_000)
        #expect(bench.pagings == 2 && bench.isCarrierOn)
    }

    @Test func newBudgetsOfExchangesHoldWithNewLimits() throws {
        func configuration(_ milliseconds: Int64) -> ReaderConfiguration {
            var configuration = ReaderConfiguration()
            configuration.fixedQ = 1
            configuration.exchangeBudgetMilliseconds = 1
            configuration.limits.longestCarrier = .milliseconds(milliseconds)
            configuration.limits.shortestPause = .milliseconds(10)
            return configuration
        }
        func pages(_ bench: ReaderBench) -> Bool {
            var bench = bench
            bench.request(1, group: true, hasFollowOn: true)
            return bench.pagings == 1
        }
        let least = try #require((20...1_000).first { least in pages(ReaderBench { $0 = configuration(least) }) })
        var bench = ReaderBench { $0.exchangeBudgetMilliseconds = 60_000 }
        bench.reconfigure(configuration(least))
        #expect(pages(bench))
    }
}

extension ReaderBench {
    /// Waits of the air that were told.
    fileprivate var closed: [AirPause] {
        notices.compactMap { if case .airClosed(let pause) = $0 { pause } else { nil } }
    }
}
