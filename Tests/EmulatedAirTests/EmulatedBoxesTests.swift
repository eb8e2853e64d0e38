import AIoTBase
import EmulatedAir
import Glibc
import Synchronization
import Testing
import Transceiver

/// Boxes in memory, and what tests plant in them.
@Suite struct EmulatedBoxesTests {
    private static let block = 100
    private static let latency = 250

    /// A box of 8 bits that hears itself, and nothing else.
    private func oneBox(
        pacing: EmulatedBoxesSettings.Pacing = .stepped,
        change: (inout EmulatedBoxesSettings) -> Void = { _ in }
    ) -> (boxes: EmulatedBoxes, host: BoxHost) {
        let boxes = Self.boxes(1, pacing, change)
        return (boxes, BoxHost(boxes.transceivers[0]))
    }

    private static func boxes(
        _ count: Int, _ pacing: EmulatedBoxesSettings.Pacing,
        _ change: (inout EmulatedBoxesSettings) -> Void = { _ in }
    ) -> EmulatedBoxes {
        var box = AirBox("a", transmitFormat: .ci8, receiveFormat: .ci8)
        box.noiseDeviation = 0
        box.dcOffset = .zero
        var settings = EmulatedBoxesSettings(pacing: pacing)
        settings.blockSamples = block
        settings.transmitLatencySamples = latency
        change(&settings)
        let couplings = (0..<count).map { from in (0..<count).map { AirGain(from == $0 ? 1 : 0) } }
        return EmulatedBoxes(
            BoxAirSettings(boxes: Array(repeating: box, count: count), couplings: couplings), settings)
    }

    @Test func aBlockAsksForSamplesAndGivesSamplesNumberedWithoutGaps() throws {
        let (boxes, host) = oneBox()
        try host.openAndStart()
        boxes.step(blocks: 2)
        #expect(
            host.calls == [
                .transmit(first: 0, samples: 100), .receive(first: 0, samples: 100),
                .transmit(first: 100, samples: 100), .receive(first: 100, samples: 100),
            ])
        #expect(boxes.position == 200)
        #expect(abs(boxes.time.seconds - 200 / 1.92e6) < 1e-9)
    }

    @Test func whatIsSentIsOnTheAirAfterTheLatency() throws {
        let sent = Mutex<[UInt8]>([])
        let firsts = Mutex<[Int64]>([])
        let (boxes, host) = oneBox {
            $0.transmitted = { _, octets, first in
                sent.withLock { $0 += Array(octets) }
                firsts.withLock { $0.append(first) }
            }
        }
        host.send(7)
        try host.openAndStart()
        boxes.step(blocks: 4)
        let expected = [UInt8](repeating: 0, count: 2 * 250) + [UInt8](repeating: 7, count: 2 * 150)
        #expect(sent.withLock { $0 } == expected)
        #expect(firsts.withLock { $0 } == [0, 100, 200, 300])
        #expect(host.received == expected)
    }

    @Test func aBoxThatStopsIsSilentAtOnceAndStartsWithNumbersFromZero() throws {
        let boxes = Self.boxes(2, .stepped)
        let hosts = boxes.transceivers.map(BoxHost.init)
        hosts[0].send(7)
        for host in hosts { try host.openAndStart() }
        boxes.step(blocks: 5)
        hosts[0].transceiver.stop()
        hosts[0].forget()
        boxes.step(blocks: 2)
        #expect(hosts[0].calls.isEmpty)
        #expect(hosts[1].calls.count == 14, "the other goes on")
        try hosts[0].start()
        boxes.step()
        #expect(hosts[0].calls == [.transmit(first: 0, samples: 100), .receive(first: 0, samples: 100)])
        #expect(hosts[0].received == [UInt8](repeating: 0, count: 200), "nothing is left of the stream before")
    }

    @Test func callsToATransceiverAreCounted() throws {
        let (boxes, host) = oneBox()
        try host.openAndStart()
        host.transceiver.stop()
        try host.transceiver.reset()
        #expect(throws: TransceiverFailure.self) { try host.start() }
        try host.transceiver.open()
        host.transceiver.close()
        let counts = boxes.counts(of: 0)
        #expect(counts.opens == 2 && counts.starts == 2 && counts.stops == 1)
        #expect(counts.resets == 1 && counts.closes == 1)
    }

    // MARK: - Threads

    @Test func aFreeAirDoesTheSameAsASteppedOne() throws {
        var octets: [[UInt8]] = []
        for pacing in [EmulatedBoxesSettings.Pacing.stepped, .free] {
            let (boxes, host) = oneBox(pacing: pacing)
            host.send(9)
            try host.openAndStart()
            if pacing == .stepped { boxes.step(blocks: 20) } else { wait { host.received.count >= 4_000 } }
            host.transceiver.stop()
            octets.append(Array(host.received.prefix(4_000)))
        }
        #expect(octets[0] == octets[1])
        #expect(octets[0].count == 4_000)
    }

    @Test func noCallComesAfterAStopThoughAnotherBoxGoesOn() throws {
        let boxes = Self.boxes(2, .free)
        let hosts = boxes.transceivers.map(BoxHost.init)
        for host in hosts { try host.openAndStart() }
        wait { hosts.allSatisfy { $0.calls.count > 5 } }
        hosts[0].transceiver.stop()
        let calls = hosts[0].calls.count
        let other = hosts[1].calls.count
        wait { hosts[1].calls.count > other + 20 }
        #expect(hosts[0].calls.count == calls)
        hosts[1].transceiver.stop()
    }

    /// Else devices would outlast any pause of the streams.
    @Test func theAirGoesOnAfterTheLastStreamUntilDevicesNotice() throws {
        let isHeld = Mutex(false)
        let (boxes, host) = oneBox(pacing: .free) {
            $0.hold = { while isHeld.withLock({ $0 }) { letOthersRun() } }
        }
        try host.openAndStart()
        wait { host.calls.count > 10 }
        isHeld.withLock { $0 = true }
        host.transceiver.stop()
        let position = boxes.position
        isHeld.withLock { $0 = false }
        // Twice 100 µs.
        wait { boxes.position >= position + 384 }
    }

    @Test func aFreeAirWaitsForItsHold() throws {
        let credit = Mutex(2)
        let (boxes, host) = oneBox(pacing: .free) {
            $0.hold = { while !Self.takes(credit) { letOthersRun() } }
        }
        try host.openAndStart()
        wait { boxes.position == 200 && host.calls.count == 4 }
        #expect(credit.withLock { $0 } == 0)
        credit.withLock { $0 = 1_000 }
        wait { boxes.position > 1_000 }
        host.transceiver.stop()
        #expect(boxes.position <= 100_200)
        credit.withLock { $0 = 100 }
    }

    private static func takes(_ credit: borrowing Mutex<Int>) -> Bool {
        credit.withLock { credit in
            guard credit > 0 else { return false }
            credit -= 1
            return true
        }
    }

    @Test func anAirInRealTimeIsNotFaster() throws {
        let (boxes, host) = oneBox(pacing: .realTime(factor: 2)) { $0.blockSamples = 9_600 }
        let elapsed = try ContinuousClock().measure {
            try host.openAndStart()
            wait { boxes.position >= 11 * 9_600 }
        }
        #expect(elapsed >= .milliseconds(24), "ten blocks of 5 ms at twice the speed")
        host.transceiver.stop()
    }

    private func wait(until isTrue: () -> Bool) {
        while !isTrue() { letOthersRun() }
    }
}

/// Gives others the processor.
private func letOthersRun() { usleep(200) }
