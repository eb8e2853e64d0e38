import AIoTBase
import AIoTPhy
import AIoTReader
import EmulatedAir
import Glibc
import RadioFrontEnd
import StreamFrontEnd
import Synchronization
import Testing
import Transceiver

@Suite(.serialized) struct StreamFrontEndTests {
    private func readyBench(_ air: BoxAirSettings = .fullDuplex()) -> RadioBench {
        let bench = RadioBench(air)
        bench.begin()
        #expect(bench.waits(for: .ready))
        return bench
    }

    @Test func aRadioIsReadyOnceItHasHeardItself() {
        let bench = readyBench()
        defer { bench.end() }
        let states = bench.takeStates()
        #expect(states.first == .opening && states.last == .ready)
        let counters = bench.frontEnd.counters
        #expect(counters.soundings >= 1 && counters.framesHeard >= 1 && counters.openings == 1)
    }

    @Test func whatABoxDoesNotCountIsNotedWhenItIsReadyAndNotAgainAtEachRestart() {
        let bench = RadioBench(.fullDuplex(), notes: ["counts no losses"])
        #expect(bench.notes.isEmpty)
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits(for: .ready))
        #expect(bench.waits { !bench.notes.isEmpty })
        bench.boxes.plant(.silence, box: 0)
        #expect(bench.waits { bench.frontEnd.counters.stalls >= 1 })
        #expect(bench.waits(for: .ready))
        let name = bench.boxes.transceivers[0].name
        #expect(bench.notes == ["\(name): counts no losses"])
    }

    @Test func whatCameOfAFrameIsToldWithATimeThatHasCome() throws {
        let bench = readyBench()
        defer { bench.end() }
        let transmission = try bench.transmit(id: 5, askingAfter: 10)
        let outcome = try #require(bench.outcome(of: 5))
        #expect(outcome.reports == [.idle])
        #expect(outcome.frames.map(\.octets) == [transmission.octets])
        // An air that is slower than time lags behind the clock, so nothing is said of how long ago.
        #expect(outcome.end <= bench.now)
        #expect(outcome.frames[0].start < outcome.end)
    }

    @Test func silenceIsAStallAndARestartHelps() {
        let bench = readyBench()
        defer { bench.end() }
        _ = bench.takeStates()
        bench.boxes.plant(.silence, box: 0)
        // It may be over before one looks at the state.
        #expect(bench.waits { bench.frontEnd.counters.stalls >= 1 })
        #expect(bench.waits(for: .ready))
        #expect(bench.takeStates().first == .stalled)
        let counters = bench.frontEnd.counters
        #expect(counters.stalls >= 1 && counters.starts == counters.stalls + 1)
    }

    @Test(arguments: [false, true])
    func samplesLostInAWindowMakeItsReportUndecodable(isTold: Bool) throws {
        let bench = readyBench()
        defer { bench.end() }
        let heard = bench.frontEnd.counters.framesHeard
        try bench.transmit(id: 6, askingAfter: 500)
        #expect(bench.waits { bench.frontEnd.counters.framesHeard > heard })
        bench.boxes.plant(.receiveGap(samples: 5_000, isTold: isTold), box: 0)
        let outcome = try #require(bench.outcome(of: 6))
        if isTold {
            #expect(outcome.reports == [.undecodable])
            #expect(bench.frontEnd.counters.receiveGaps == 1 && bench.frontEnd.counters.lostSamples == 5_000)
            #expect(bench.frontEnd.status.state == .degraded)
            // Measured anew between frames.
            let soundings = bench.frontEnd.counters.soundings
            #expect(soundings >= 2 || bench.waits { bench.frontEnd.counters.soundings > soundings })
        }
        // Untold or not: later frames find their windows, and a jump is seen.
        for id in UInt64(7)...8 {
            try bench.transmit(id: id, askingAfter: 1)
            #expect(bench.outcome(of: id)?.reports == [.idle])
        }
        #expect(bench.frontEnd.counters.jumps == (isTold ? 0 : 1))
    }

    @Test func aTransmitUnderrunLosesTheCarrierAndItsFrame() throws {
        let bench = readyBench()
        defer { bench.end() }
        try bench.transmit(id: 9, askingAfter: 500)
        _ = bench.takeEvents()
        bench.boxes.plant(.transmitUnderrun(samples: 3_000, isTold: true), box: 0)
        var told: [RadioEvent] = []
        #expect(
            bench.waits {
                told += bench.takeEvents()
                return told.contains { if case .carrierLost = $0 { true } else { false } }
            })
        #expect(bench.frontEnd.counters.transmitUnderruns == 1)
        try bench.transmit(id: 10, askingAfter: 1)
        let outcome = try #require(bench.outcome(of: 10))
        #expect(outcome.reports == [.idle])
        #expect(!told.contains { if case .transmissionEnded(9, _) = $0 { true } else { false } })
    }

    @Test func anUnderrunOfWhichNobodyTellsIsMeasured() throws {
        let bench = readyBench()
        defer { bench.end() }
        bench.boxes.plant(.transmitUnderrun(samples: 20_000, isTold: false), box: 0)
        // Windows that are longer than the shift: frames are heard late, but heard.
        for id in UInt64(20)...23 {
            try bench.transmit(id: id, askingAfter: 50)
            #expect(bench.outcome(of: id)?.reports == [.idle])
        }
        #expect(bench.waits { bench.frontEnd.counters.jumps == 1 })
        let missed = bench.frontEnd.counters.framesNotHeard
        try bench.transmit(id: 24, askingAfter: 1)
        #expect(bench.outcome(of: 24)?.reports == [.idle])
        #expect(bench.frontEnd.counters.framesNotHeard == missed)
    }

    @Test func anUnderrunIsToldToWhoSendsWithoutACarrierToo() throws {
        let bench = readyBench()
        defer { bench.end() }
        try bench.transmit(id: 25, askingAfter: 1)
        #expect(bench.outcome(of: 25) != nil)
        bench.frontEnd.setCarrier(isOn: false, at: bench.now)
        try bench.transmit(id: 26, askingAfter: 500, bringsCarrier: false)
        bench.boxes.plant(.transmitUnderrun(samples: 3_000, isTold: true), box: 0)
        #expect(bench.waits { bench.takeEvents().contains { if case .carrierLost = $0 { true } else { false } } })
    }

    @Test func aCarrierThatWasOrderedWhileTheRadioWasAwayStaysOff() throws {
        let bench = RadioBench(.fullDuplex(), keepsSent: true)
        bench.boxes.plant(.deny, box: 0)
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits(for: .denied))
        bench.frontEnd.setCarrier(isOn: true, at: bench.now)
        bench.boxes.plant(.allow, box: 0)
        #expect(bench.waits(for: .ready))
        #expect(bench.waits { bench.sent.suffix(20_000).allSatisfy { $0 == 0 } })
    }

    @Test func aDeafReceiverIsToldAndNothingWaitsForIt() throws {
        var air = BoxAirSettings.twoBoxes()
        air.couplings = []
        let bench = RadioBench(air)
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits(for: .degraded))
        #expect(bench.frontEnd.status.why.contains("check antennas"))
        try bench.transmit(id: 11, askingAfter: 1)
        #expect(bench.outcome(of: 11)?.reports == [.undecodable])
        #expect(bench.frontEnd.counters.framesNotHeard >= 2)
    }

    @Test(arguments: [true, false])
    func theCarrierEndsWhenItIsSwitchedOffAndWhenTheRadioStops(byStop: Bool) throws {
        let bench = RadioBench(.fullDuplex(), keepsSent: true)
        bench.begin()
        #expect(bench.waits(for: .ready))
        bench.frontEnd.setCarrier(isOn: true, at: bench.now)
        func isSilent() -> Bool { bench.sent.suffix(20_000).allSatisfy { $0 == 0 } }
        #expect(bench.waits { !isSilent() })
        if byStop {
            bench.end()
            #expect(bench.boxes.counts(of: 0).stops >= 1 && bench.boxes.counts(of: 0).closes >= 1)
            let count = bench.sent.count
            usleep(100_000)
            #expect(bench.sent.count == count, "streaming goes on")
        } else {
            bench.frontEnd.setCarrier(isOn: false, at: bench.now)
            #expect(bench.waits { isSilent() })
            bench.frontEnd.setCarrier(isOn: true, at: bench.now)
            #expect(bench.waits { !isSilent() })
            bench.end()
        }
    }

    @Test func theTapGetsEverythingThatIsReceivedInItsOrder() throws {
        let tap = TapRecord()
        let bench = RadioBench(.fullDuplex(), tap: tap)
        bench.begin()
        #expect(bench.waits(for: .ready))
        try bench.transmit(id: 12, askingAfter: 1)
        #expect(bench.outcome(of: 12) != nil)
        let sample = tap.record.nextSample
        try bench.transmit(id: 13, askingAfter: 1, delayed: .milliseconds(500))
        #expect(bench.outcome(of: 13) != nil)
        bench.boxes.plant(.receiveGap(samples: 1_000, isTold: true), box: 0)
        #expect(bench.waits(for: .degraded))
        bench.end()
        let record = tap.record
        #expect(record.starts == 1 && record.losses == [1_000])
        #expect(record.octets == 4 * record.nextSample && !record.hasJumped)
        #expect(record.frames.count == 2)
        #expect(record.frames.last.map { $0.lowerBound >= sample + 200_000 } == true, "not before its time")
        #expect(record.frames.allSatisfy { $0.lowerBound > 0 && $0.upperBound <= record.nextSample && !$0.isEmpty })
    }

    @Test func aBoxThatHangsHoldsUpNoStopAndNothingIsToldAfterIt() {
        let box = HungBox()
        let events = Mutex(0)
        let frontEnd = StreamFrontEnd(name: "hung", transmitter: box, receiver: box, profile: .oursV0)
        frontEnd.start(clock: { AirTime.zero }) { _ in events.withLock { $0 += 1 } }
        func waits(until condition: () -> Bool) -> Bool {
            for _ in 0..<60_000 where !condition() { usleep(1_000) }
            return condition()
        }
        #expect(waits { box.isOpening })
        let start = ContinuousClock.now
        frontEnd.stop()
        #expect(ContinuousClock.now - start < .seconds(30))
        let told = events.withLock { $0 }
        box.letGo()
        #expect(waits { box.isClosed })
        #expect(told >= 1 && events.withLock { $0 } == told)
    }

    // MARK: - Unplugged

    @Test func unplugAndReplugResumeInEveryState() {
        let bench = readyBench()
        defer { bench.end() }
        func replug(_ what: String) {
            bench.boxes.plant(.unplug, box: 0)
            #expect(bench.waits(for: .absent), "\(what)")
            let returned = bench.now
            bench.boxes.plant(.replug, box: 0)
            #expect(bench.waits(for: .ready), "\(what)")
            print("ready \((bench.now - returned).nanoseconds / 1_000_000) ms after the return, \(what)")
        }
        replug("when ready")
        bench.frontEnd.setCarrier(isOn: true, at: bench.now)
        replug("with the carrier on")
        bench.boxes.plant(.receiveGap(samples: 100, isTold: true), box: 0)
        #expect(bench.waits(for: .degraded))
        replug("when degraded")
        bench.boxes.plant(.unplug, box: 0)
        #expect(bench.waits(for: .absent))
        bench.boxes.plant(.failingOpens(1_000), box: 0)
        bench.boxes.plant(.replug, box: 0)
        #expect(bench.waits(for: .stalled))
        bench.boxes.plant(.unplug, box: 0)
        #expect(bench.waits(for: .absent))
        bench.boxes.plant(.failingOpens(0), box: 0)
        replug("when stalled before")
        bench.boxes.plant(.deny, box: 0)
        bench.boxes.plant(.failure(TransceiverFailure(.absent, "gone")), box: 0)
        #expect(bench.waits(for: .denied))
        bench.boxes.plant(.unplug, box: 0)
        #expect(bench.waits(for: .absent))
        bench.boxes.plant(.replug, box: 0)
        #expect(bench.waits(for: .denied))
        bench.boxes.plant(.allow, box: 0)
        #expect(bench.waits(for: .ready))
    }

    @Test func manyReturnsAreAsGoodAsOne() {
        let bench = readyBench()
        defer { bench.end() }
        for cycle in 1...30 {
            bench.boxes.plant(.unplug, box: 0)
            #expect(bench.waits(for: .absent), "cycle \(cycle)")
            bench.boxes.plant(.replug, box: 0)
            #expect(bench.waits(for: .ready), "cycle \(cycle)")
        }
        let (counts, counters) = (bench.boxes.counts(of: 0), bench.frontEnd.counters)
        #expect(counters.openings >= 31 && counters.stalls == 0 && counters.receiveGaps == 0)
        // Nothing is left open: each opening but the last was closed.
        #expect(counts.closes >= 30 && counts.stops >= 30)
    }

    @Test func eitherBoxOfTwoAwayIsAnAbsentRadio() {
        let bench = readyBench(.twoBoxes())
        defer { bench.end() }
        for box in 0...1 {
            bench.boxes.plant(.unplug, box: box)
            #expect(bench.waits(for: .absent))
            bench.boxes.plant(.replug, box: box)
            #expect(bench.waits(for: .ready))
        }
    }

    @Test func aDeniedBoxIsTakenOnceItIsAllowed() {
        let bench = RadioBench(.fullDuplex())
        bench.boxes.plant(.deny, box: 0)
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits(for: .denied))
        #expect(bench.frontEnd.status.why.contains("denied"))
        bench.boxes.plant(.allow, box: 0)
        #expect(bench.waits(for: .ready))
    }
}
