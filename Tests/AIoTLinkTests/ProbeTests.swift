import AIoTBase
import AIoTLink
import Testing

/// Probes: what they confirm, and how death is noticed.
@Suite struct ProbeTests {
    private func seconds(_ count: Int64) -> AirDuration { .milliseconds(count * 1_000) }

    @Test func aPeerThatFallsSilentIsDeadWithinFiveSeconds() {
        var bench = LinkBench([.serves])
        bench.run(for: seconds(20))
        #expect(bench.isUp)
        bench.peers = [.swallows]
        let silent = bench.time
        bench.run(for: seconds(5))
        #expect(bench.downs.first.map { $0.time - silent <= seconds(5) } == true)
        #expect(bench.downs.first?.reason.contains("did not answer a probe for 4 s") == true)
        #expect(bench.live.isEmpty || bench.opened.count > 1)
    }

    @Test func aPeerThatSetsUpAndAnswersNothingElseIsDeadWithinFiveSeconds() {
        var bench = LinkBench([.fallsSilent])
        bench.run(for: seconds(6))
        let (up, down) = (bench.ups.first ?? .zero, bench.downs.first?.time ?? .zero)
        #expect(down - up > seconds(4))
        #expect(down - up <= seconds(5))
    }

    /// An AIoTF that works off a window of spooled records says something now and then, and answers the probe late.
    @Test func aSlowPeerIsNotDeadBeforeFourSecondsAfterItsLastSign() {
        var bench = LinkBench([.fallsSilent])
        for _ in 0..<10 {
            bench.run(for: .milliseconds(3_900))
            bench.handle(.received(transport: bench.machine.currentTransport ?? 0, [0, 99]))
        }
        #expect(bench.downs.isEmpty)
        #expect(bench.congestion == [true])
        let last = bench.time
        bench.run(for: seconds(10))
        #expect(bench.downs.first?.time == last + seconds(4))
    }

    @Test func aPeerThatTalksButNeverAnswersProbesIsDeadAfterAMinute() {
        var bench = LinkBench([.fallsSilent])
        for _ in 0..<70 where bench.downs.isEmpty {
            bench.run(for: seconds(1))
            bench.handle(.received(transport: bench.machine.currentTransport ?? 0, [0, 99]))
        }
        let age = (bench.downs.first?.time ?? .zero) - (bench.ups.first ?? .zero)
        #expect(age > seconds(60))
        #expect(age <= seconds(61))
        #expect(bench.downs.first?.reason.contains("did not answer a probe for 60 s") == true)
    }

    @Test(arguments: [1, 900, 3_900] as [Int64]) func aPeerThatAnswersInTimeLives(delay: Int64) {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(100))
        bench.delay = .milliseconds(delay)
        bench.run(for: seconds(600))
        #expect(bench.downs.isEmpty)
    }

    @Test func aPeerThatKnowsNoProbesGetsNoneAndLives() {
        var bench = LinkBench([.servesWithoutProbes])
        bench.run(for: seconds(60))
        #expect(bench.isUp)
        #expect(bench.told.contains { $0.event == .up(aiotfIdentifier: [7], probes: false) })
        #expect(bench.machine.nextDeadline == nil)
    }

    @Test func anAnswerConfirmsWhatWasSentBeforeItsProbeAndNothingLater() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(10))
        bench.delay = .milliseconds(50)
        let first = bench.send([1, 1, 1]) ?? 0
        bench.run(for: .milliseconds(120))
        // The probe is out; this one comes after it.
        let second = bench.send([2, 2, 2]) ?? 0
        bench.run(for: .milliseconds(40))
        #expect(bench.confirmed == [first])
        bench.run(for: .milliseconds(200))
        #expect(bench.confirmed == [first, second])
        #expect(second == first + 1)
    }

    @Test func manyPDUsAreConfirmedByFewProbes() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(10))
        var last: UInt64 = 0
        for _ in 0..<1_000 {
            last = bench.send([1, 1, 1]) ?? 0
            bench.run(for: .milliseconds(1))
        }
        bench.run(for: .milliseconds(200))
        #expect(bench.confirmed.last == last)
        #expect(bench.confirmed.count <= 12)
    }

    @Test func anAnswerThatNobodyAskedForConfirmsNothing() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(10))
        _ = bench.send([1, 1, 1])
        bench.handle(.received(transport: bench.machine.currentTransport ?? 0, []))
        #expect(bench.confirmed.isEmpty)
    }

    @Test func aReaderIsNeverSilentForLongWhileThePeerTalks() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(10))
        let before = bench.confirmed.count
        for _ in 0..<100 {
            bench.run(for: .milliseconds(100))
            bench.handle(.received(transport: bench.machine.currentTransport ?? 0, [0, 99]))
        }
        #expect(bench.confirmed.count - before >= 10)
    }

    @Test func slowAnswersAndAFullQueueAreCongestionUntilTheyEnd() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(10))
        bench.delay = .milliseconds(2_000)
        bench.run(for: seconds(2))
        #expect(bench.congestion == [true])
        bench.delay = .milliseconds(1)
        bench.run(for: seconds(2))
        #expect(bench.congestion == [true, false])
        bench.handle(.queueFilled(true))
        #expect(bench.congestion == [true, false, true])
        bench.handle(.queueFilled(false))
        #expect(bench.congestion == [true, false, true, false])
    }
}
