import AIoTBase
import AIoTLink
import Testing

/// Which endpoint is called when.
@Suite struct FailoverTests {
    private func seconds(_ count: Int64) -> AirDuration { .milliseconds(count * 1_000) }

    @Test func theMostPreferredEndpointIsTakenFirst() {
        var bench = LinkBench([.serves, .serves])
        bench.run(for: seconds(60))
        #expect(bench.opened.map(\.endpoint) == [0])
        #expect(bench.isUp)
        #expect(bench.downs.isEmpty)
    }

    @Test func anEndpointThatRefusesMakesRoomForTheNextAtOnce() {
        var bench = LinkBench([.refusesConnections, .refusesConnections, .serves])
        bench.run(for: seconds(1))
        #expect(bench.opened.map(\.endpoint) == [0, 1, 2])
        #expect(bench.isUp)
        #expect(bench.ups.first.map { $0 < .zero + .milliseconds(10) } == true)
    }

    @Test func connectingIsBoundedToThreeSeconds() {
        var bench = LinkBench([.swallows, .serves])
        bench.run(for: seconds(4))
        #expect(bench.opened.map(\.time) == [AirTime.zero, AirTime.zero + seconds(3)])
        #expect(bench.downs.first?.reason.contains("did not answer within 3 s") == true)
        #expect(bench.live.count == 1)
        #expect(bench.isUp)
    }

    @Test func theAnswerToNGSetupIsBoundedToFiveSeconds() {
        var bench = LinkBench([.neverAnswersSetup, .serves])
        bench.run(for: seconds(6))
        #expect(bench.downs.map(\.time) == [.zero + .milliseconds(5_001)])
        #expect(bench.downs.first?.reason.contains("NG Setup Request within 5 s") == true)
        #expect(bench.isUp)
    }

    @Test func anNGSetupFailureIsToldWithItsCauseAndLeadsToTheNext() {
        var bench = LinkBench([.failsSetup, .serves])
        bench.run(for: seconds(1))
        #expect(
            bench.downs.first?.reason.contains("refused the NG Setup (cause misc control-processing-overload)") == true)
        #expect(bench.told.contains { $0.event == .received(LinkBench.setupFailure) })
        #expect(bench.isUp)
    }

    @Test func aSetupResponseWithoutAIOTFIdentifierIsNoLink() {
        var bench = LinkBench([.neverAnswersSetup])
        bench.run(for: seconds(1))
        let transport = bench.live.keys.first ?? 0
        bench.handle(.received(transport: transport, LinkBench.setupResponse(probes: true, identifier: nil)))
        #expect(bench.downs.first?.reason.contains("no AIOTFIdentifier") == true)
        #expect(bench.ups.isEmpty)
    }

    @Test(arguments: 0..<50 as Range<UInt64>) func waitsDoubleToThirtySecondsWithinAQuarterEitherWay(seed: UInt64) {
        var bench = LinkBench([.refusesConnections, .refusesConnections], seed: seed)
        bench.run(for: seconds(600))
        let passes = bench.opened.filter { $0.endpoint == 0 }.map(\.time)
        var expected = 0.25
        for (earlier, later) in zip(passes, passes.dropFirst()) {
            // Two refusals take 2 ms.
            let wait = (later - earlier).seconds - 0.002
            #expect(wait >= expected * 0.749 && wait <= expected * 1.251, "seed \(seed): \(wait) s for \(expected) s")
            expected = min(expected * 2, 30)
        }
        #expect(expected == 30)
    }

    @Test func readersWithDifferentSeedsComeBackAtDifferentMoments() {
        let moments = (0..<20 as Range<UInt64>).map { seed in
            var bench = LinkBench([.refusesConnections], seed: seed)
            bench.run(for: seconds(1))
            return bench.opened[1].time
        }
        #expect(Set(moments).count == 20)
    }

    @Test(arguments: [1, 100, 5_000] as [Int64])
    func aPeerThatSetsUpAndFallsSoonDoesNotShortenTheWaits(life: Int64) {
        var bench = LinkBench([.flaps(life)])
        bench.run(for: seconds(600))
        // Even the shortest waits (0.19 + 0.38 + ... s up to 22.5 s) leave at most this many calls.
        #expect(bench.opened.count <= 8 + Int(600 / 22.5))
        #expect(bench.ups.count > 10)
    }

    @Test func aPeerThatAcceptsAndClosesAtOnceIsNotCalledInAHotLoop() {
        var bench = LinkBench([.closesAtOnce, .closesAtOnce, .closesAtOnce])
        bench.run(for: seconds(600))
        #expect(bench.opened.count <= 3 * (8 + Int(600 / 22.5)))
        #expect(bench.ups.isEmpty)
    }

    @Test func aLinkThatWasGoodStartsTheWaitsAnew() {
        var bench = LinkBench([.refusesConnections])
        bench.run(for: seconds(300))
        bench.peers = [.flaps(20_000)]
        bench.run(for: seconds(60))
        let lost = bench.downs.last { $0.reason == "flapped" }?.time ?? .zero
        let again = bench.opened.first { $0.time > lost }?.time
        #expect(again.map { ($0 - lost).seconds < 0.32 } == true)
    }

    @Test func aLostLinkGoesToTheNextEndpointAtOnceAndFromTheLastToTheFirst() {
        var bench = LinkBench([.refusesConnections, .refusesConnections, .flaps(20_000)])
        bench.run(for: seconds(15))
        bench.peers[0] = .serves
        bench.run(for: seconds(6))
        #expect(bench.connected == [2, 0])
        let (down, up) = (bench.downs.last?.time ?? .zero, bench.ups.last ?? .zero)
        #expect((up - down).seconds < 0.01)
    }

    @Test func theLinkReturnsToThePreferredEndpointOnceThatStandsAgain() {
        var bench = LinkBench([.refusesConnections, .serves])
        bench.run(for: seconds(100))
        #expect(bench.connected == [1])
        #expect(bench.downs.count == 1, "an attempt to return that fails costs nothing")
        bench.peers[0] = .serves
        bench.run(for: seconds(31))
        #expect(bench.connected == [1, 0])
        #expect(bench.isUp)
        #expect(bench.downs.last?.reason.contains("returning from aiotf-1 to aiotf-0") == true)
        #expect(bench.live.values.sorted() == [0])
    }

    @Test func theReturnWaitsWhileExchangesAreInFlight() {
        var bench = LinkBench([.refusesConnections, .serves])
        bench.run(for: seconds(1))
        bench.peers[0] = .serves
        bench.handle(.busyChanged(true))
        bench.run(for: seconds(120))
        #expect(bench.connected == [1])
        #expect(bench.live.values.sorted() == [0, 1], "the new transport stands beside the old one")
        bench.handle(.busyChanged(false))
        #expect(bench.connected == [1, 0])
        bench.run(for: seconds(1))
        #expect(bench.isUp)
    }

    @Test func whenTheLinkIsLostATransportThatStandsTakesItsPlace() {
        var bench = LinkBench([.refusesConnections, .flaps(60_000)])
        bench.run(for: seconds(1))
        bench.peers[0] = .serves
        bench.handle(.busyChanged(true))
        bench.run(for: seconds(70))
        #expect(bench.connected == [1, 0])
        #expect(bench.isUp)
        #expect(bench.opened.filter { $0.endpoint == 0 }.count == 2)
    }

    @Test func aPreferredEndpointThatAcceptsButDoesNotServeIsTriedEverMoreSeldom() {
        var bench = LinkBench([.failsSetup, .serves])
        bench.run(for: seconds(3_600))
        let returns = bench.connected.filter { $0 == 0 }.count
        #expect(returns >= 4 && returns <= 14)
        #expect(bench.isUp)
    }

    @Test func allMorePreferredEndpointsAreTriedForTheReturn() {
        var bench = LinkBench([.refusesConnections, .refusesConnections, .serves])
        bench.run(for: seconds(1))
        bench.peers[1] = .serves
        bench.run(for: seconds(31))
        #expect(bench.connected == [2, 1])
    }
}
