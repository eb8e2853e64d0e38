import EmulatedAir
import Synchronization
import Testing
import Transceiver

/// Each planted fault does what it says.
@Suite struct PlannedFaultTests {
    private let boxes: EmulatedBoxes
    private let host: BoxHost
    private let sent = Sent()

    /// What was on the air.
    private final class Sent: Sendable {
        let octets = Mutex<[UInt8]>([])
    }

    /// Blocks of 100 samples of 8 bits, no latency; what is sent is 5.
    init() {
        var box = AirBox("a", transmitFormat: .ci8, receiveFormat: .ci8)
        box.noiseDeviation = 0
        box.dcOffset = .zero
        var settings = EmulatedBoxesSettings(pacing: .stepped)
        settings.blockSamples = 100
        settings.transmitLatencySamples = 0
        settings.transmitted = { [sent] _, octets, _ in sent.octets.withLock { $0 += Array(octets) } }
        boxes = EmulatedBoxes(BoxAirSettings(boxes: [box], couplings: [[AirGain(1)]]), settings)
        host = BoxHost(boxes.transceivers[0])
        host.send(5)
    }

    private func octets(_ value: UInt8, samples: Int) -> [UInt8] { [UInt8](repeating: value, count: 2 * samples) }

    @Test func aSilentBoxSaysNothingUntilItSpeaks() throws {
        try host.openAndStart()
        boxes.step()
        host.forget()
        boxes.plant(.silence, box: 0)
        boxes.step(blocks: 3)
        #expect(host.calls.isEmpty)
        boxes.plant(.speech, box: 0)
        boxes.step()
        #expect(host.calls == [.transmit(first: 100, samples: 100), .receive(first: 100, samples: 100)])
    }

    @Test func aNewStartEndsSilence() throws {
        try host.openAndStart()
        boxes.plant(.silence, box: 0)
        boxes.step()
        host.transceiver.stop()
        try host.start()
        boxes.step()
        #expect(host.calls.count == 2)
    }

    @Test(arguments: [true, false]) func samplesOfAGapAreLostAndTheNumbersGoOnWithoutThem(isTold: Bool) throws {
        try host.openAndStart()
        boxes.step()
        host.forget()
        boxes.plant(.receiveGap(samples: 130, isTold: isTold), box: 0)
        boxes.step(blocks: 2)
        #expect(
            host.calls == (isTold ? [.trouble(.receiveGap(samples: 130))] : []) + [
                .transmit(first: 100, samples: 100), .transmit(first: 200, samples: 100),
                .receive(first: 100, samples: 70),
            ])
    }

    @Test(arguments: [true, false]) func anUnderrunSendsZerosAndTheStreamGoesOnAfterThem(isTold: Bool) throws {
        try host.openAndStart()
        boxes.step()
        boxes.plant(.transmitUnderrun(samples: 130, isTold: isTold), box: 0)
        boxes.step(blocks: 2)
        #expect(
            sent.octets.withLock { $0 } == octets(5, samples: 100) + octets(0, samples: 130) + octets(5, samples: 70))
        #expect(host.troubles == (isTold ? [.transmitUnderrun] : []))
        #expect(host.calls.contains(.transmit(first: 100, samples: 70)))
    }

    @Test func aFailureEndsTheStreamsAndAStartAfterAStopBringsThemBack() throws {
        let failure = TransceiverFailure(.failed, "planted: start again")
        try host.openAndStart()
        boxes.step()
        host.forget()
        boxes.plant(.failure(failure), box: 0)
        boxes.step(blocks: 2)
        #expect(host.calls == [.trouble(.failed(failure))])
        host.transceiver.stop()
        try host.start()
        boxes.step()
        #expect(host.calls.count == 3)
    }

    @Test func anUnpluggedBoxIsAbsentUntilItIsPluggedInAgain() throws {
        let presence = Mutex<[Bool]>([])
        host.transceiver.watch { isThere in presence.withLock { $0.append(isThere) } }
        try host.openAndStart()
        boxes.plant(.silence, box: 0)
        boxes.plant(.unplug, box: 0)
        boxes.plant(.unplug, box: 0)
        boxes.step(blocks: 2)
        #expect(host.calls.count == 1)
        #expect(host.troubles.map(\.kind) == [.absent])
        host.transceiver.stop()
        #expect(kind { try host.transceiver.open() } == .absent)
        #expect(kind { try host.transceiver.reset() } == .absent)
        #expect(kind { try host.start() } == .absent)
        boxes.plant(.replug, box: 0)
        #expect(kind { try host.start() } == .failed, "it has to be opened again")
        try host.openAndStart()
        boxes.step()
        #expect(host.calls.count == 3)
        #expect(presence.withLock { $0 } == [true, false, true])
        host.transceiver.unwatch()
        boxes.plant(.unplug, box: 0)
        #expect(presence.withLock { $0 }.count == 3)
    }

    @Test func aDeniedBoxOpensWhenItIsAllowed() throws {
        boxes.plant(.deny, box: 0)
        #expect(kind { try host.transceiver.open() } == .denied)
        #expect(kind { try host.transceiver.open() } == .denied)
        boxes.plant(.allow, box: 0)
        try host.transceiver.open()
        #expect(boxes.counts(of: 0).opens == 3)
    }

    @Test func openingFailsAsOftenAsPlanted() throws {
        boxes.plant(.failingOpens(2), box: 0)
        #expect(kind { try host.transceiver.open() } == .failed)
        #expect(kind { try host.transceiver.open() } == .failed)
        try host.transceiver.open()
    }

    @Test func faultsComeInTheBlocksOfTheirSamples() throws {
        try host.openAndStart()
        boxes.plant(.silence, box: 0, atSample: 350)
        boxes.plant(.receiveGap(samples: 100, isTold: false), box: 0, atSample: 199)
        boxes.plant(.speech, box: 0, atSample: 500)
        boxes.step(blocks: 6)
        let received = host.calls.filter { if case .receive = $0 { true } else { false } }
        let sent = host.calls.count - received.count
        #expect(
            received == [
                .receive(first: 0, samples: 100), .receive(first: 100, samples: 100),
                .receive(first: 200, samples: 100),
            ])
        #expect(sent == 4)
    }

    @Test func aFaultOfABoxThatThereIsNotDoesNoHarm() {
        boxes.plant(.unplug, box: 1)
        boxes.plant(.unplug, box: -1, atSample: 0)
        boxes.step()
        #expect(boxes.position == 100)
        #expect(boxes.counts(of: 1) == BoxCounts())
    }

    private func kind(_ body: () throws -> Void) -> TransceiverFailure.Kind? {
        do {
            try body()
            return nil
        } catch {
            return (error as? TransceiverFailure)?.kind
        }
    }
}

extension StreamTrouble {
    fileprivate var kind: TransceiverFailure.Kind? {
        if case .failed(let failure) = self { failure.kind } else { nil }
    }
}
