import AIoTBase
import AIoTLink
import Testing

/// What holds for a link whatever happens.
@Suite struct LinkMachineTests {
    @Test func beforeSetupOnlySetupIsSentAndWithoutAConnectionNothing() {
        var bench = LinkBench([.neverAnswersSetup])
        #expect(bench.send(LinkBench.setupRequest) == nil)
        bench.run(for: .milliseconds(100))
        #expect(bench.connected == [0])
        #expect(bench.send([0, 82, 0]) == nil)
        #expect(bench.send([0, 9, 0]) != nil)
        #expect(bench.send([]) == nil)
    }

    /// A user that hears late of a transport that is gone sends its request to the next one, and then once more.
    @Test func aTransportIsGivenOneSetupRequest() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(1))
        #expect(bench.connected == [0])
        #expect(bench.send(LinkBench.setupRequest) == nil)
        bench.run(for: .milliseconds(100))
        #expect(bench.isUp)
        #expect(bench.send(LinkBench.setupRequest) == nil)
        bench.handle(.closed(transport: bench.machine.currentTransport ?? 0, reason: "r"))
        bench.run(for: .milliseconds(1_000))
        #expect(bench.ups.count == 2)
    }

    @Test(arguments: [(255, true), (256, false)]) func anIdentifierThatTheSpoolCannotHoldIsRefused(
        octets: Int, isTaken: Bool
    ) {
        var bench = LinkBench([.neverAnswersSetup])
        bench.run(for: .milliseconds(100))
        let identifier = [UInt8](repeating: 1, count: octets)
        bench.handle(
            .received(
                transport: bench.machine.currentTransport ?? 0,
                LinkBench.setupResponse(probes: true, identifier: identifier)))
        #expect(bench.ups.count == (isTaken ? 1 : 0))
        #expect(
            bench.downs.map(\.reason)
                == (isTaken
                    ? []
                    : ["aiotf-0 has an AIOTFIdentifier of 256 octets, where 255 are the most: give it a shorter one"]))
    }

    @Test func anImpossiblePDUIsDropped() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(100))
        #expect(bench.send([]) == nil)
        #expect(bench.send([UInt8](repeating: 0, count: 65_536)) == nil)
        #expect(bench.send([UInt8](repeating: 0, count: 65_535)) != nil)
    }

    @Test func theResponseIsToldAfterTheLinkIsUp() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(100))
        #expect(
            bench.told.prefix(3).map(\.event) == [
                .connected(endpoint: 0), .up(aiotfIdentifier: [7], probes: true),
                .received(LinkBench.setupResponse(probes: true)),
            ])
    }

    @Test func aStoppedLinkClosesEverythingAndStaysQuiet() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(100))
        bench.handle(.stopped)
        #expect(bench.live.isEmpty)
        #expect(bench.machine.nextDeadline == nil)
        let count = bench.told.count
        bench.run(for: .milliseconds(60_000))
        #expect(bench.told.count == count)
    }

    @Test func aQueueThatOverflowsEndsTheConnectionInThoseWords() {
        var bench = LinkBench([.serves])
        bench.run(for: .milliseconds(100))
        bench.handle(.queueOverflowed)
        #expect(bench.downs.first?.reason.contains("does not read what is sent") == true)
    }

    @Test func withoutEndpointsNothingHappens() {
        let bench = LinkBench([])
        #expect(bench.opened.isEmpty)
        #expect(bench.machine.nextDeadline == nil)
    }

    /// Random inputs in random order; after each the orders make sense.
    @Test(arguments: 0..<200 as Range<UInt64>) func noSequenceOfEventsTrapsOrLeaksATransport(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var machine = LinkMachine(
            endpoints: (0..<Int(generator.next() % 4)).map { "\($0)" }, generator: SeededGenerator(seed: seed))
        var time = AirTime.zero
        var live: Set<Int> = []
        var isConnected = false
        var lastNumber: UInt64 = 0
        for _ in 0..<400 {
            time += .milliseconds(Int64(generator.next() % 3_000))
            let transport = Int(generator.next() % 4) + (live.max() ?? 1) - 2
            switch generator.next() % 12 {
            case 0: machine.handle(.started, at: time)
            case 1: if generator.next() % 8 == 0 { machine.handle(.stopped, at: time) }
            case 2, 3: machine.handle(.opened(transport: transport), at: time)
            case 4:
                live.remove(transport)
                machine.handle(.closed(transport: transport, reason: "r"), at: time)
            case 5, 6:
                machine.handle(.received(transport: transport, LinkBench.setupResponse(probes: true)), at: time)
            case 7: machine.handle(.received(transport: transport, []), at: time)
            case 8: machine.handle(.received(transport: transport, generator.octets(3)), at: time)
            case 9: machine.handle(.busyChanged(generator.next() % 2 == 0), at: time)
            case 10: machine.handle(.timePassed, at: time)
            default:
                if let number = machine.send([0, 21, 0], at: time) {
                    #expect(number > lastNumber, "seed \(seed)")
                    lastNumber = number
                }
            }
            while let order = machine.nextOutput() {
                switch order {
                case .open(let transport, _): live.insert(transport)
                case .close(let transport, _): live.remove(transport)
                case .send(let transport, _): #expect(live.contains(transport), "seed \(seed)")
                case .tell(.connected):
                    #expect(!isConnected, "seed \(seed)")
                    isConnected = true
                case .tell(.down): isConnected = false
                case .tell(.up), .tell(.confirmed), .tell(.received): #expect(isConnected, "seed \(seed)")
                case .tell(.congested): break
                }
            }
            #expect(live.count <= 2, "seed \(seed): one transport, and one to return")
        }
    }

    @Test func theSameEventsGiveTheSameOrders() {
        func run() -> [AirTime] {
            var bench = LinkBench([.flaps(3_000), .refusesConnections, .serves], seed: 5)
            bench.run(for: .milliseconds(600_000))
            return bench.told.map(\.time)
        }
        #expect(run() == run())
    }
}
