import AIoTBase
import RadioFrontEnd
import Recording
import StreamFrontEnd
import Synchronization
import Testing
import Transceiver

@Suite struct SwitchableTapTests {
    /// Notes what it is told.
    private final class Ear: ReceiveTap {
        enum Heard: Equatable, Sendable {
            case started(Double)
            case received(first: Int64, octets: Int)
            case lost(Int64?)
            case ended(Range<Int64>)
        }

        private let list = Mutex<[Heard]>([])
        var heard: [Heard] { list.withLock { $0 } }

        func started(format: StreamFormat, sampleRateHz: Double) { list.withLock { $0.append(.started(sampleRateHz)) } }
        func received(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
            list.withLock { $0.append(.received(first: firstSample, octets: octets.count)) }
        }
        func lost(samples: Int64?) { list.withLock { $0.append(.lost(samples)) } }
        func ended(_ outcome: RadioOutcome, receiveSamples: Range<Int64>) {
            list.withLock { $0.append(.ended(receiveSamples)) }
        }
    }

    private let outcome = RadioOutcome(end: .zero, reports: [], frames: [])

    private func feed(_ tap: some ReceiveTap, first: Int64) {
        [UInt8](repeating: 0, count: 8).withUnsafeBytes { tap.received($0, firstSample: first) }
    }

    @Test func whatIsSwitchedOnBeginsAtZeroWithTheNextSampleAndKnowsTheStreamBefore() {
        let tap = SwitchableTap()
        tap.started(format: .ci16, sampleRateHz: 1e6)
        feed(tap, first: 0)
        let ear = Ear()
        tap.switchOn(ear)
        #expect(ear.heard == [.started(1e6)], "before a sample comes")
        tap.lost(samples: 3)
        tap.ended(outcome, receiveSamples: 0..<2)
        feed(tap, first: 1_000)
        tap.ended(outcome, receiveSamples: 999..<1_002)
        tap.lost(samples: 4)
        feed(tap, first: 1_006)
        tap.ended(outcome, receiveSamples: 1_001..<1_008)
        #expect(
            ear.heard.dropFirst() == [
                .received(first: 0, octets: 8), .lost(4), .received(first: 6, octets: 8), .ended(1..<8),
            ])
    }

    @Test func aStreamThatBeginsAnewIsToldAndCountsFromZeroAgain() {
        let tap = SwitchableTap()
        let ear = Ear()
        tap.switchOn(ear)
        #expect(ear.heard.isEmpty)
        tap.started(format: .ci16, sampleRateHz: 1e6)
        feed(tap, first: 0)
        tap.started(format: .ci16, sampleRateHz: 2e6)
        feed(tap, first: 0)
        #expect(
            ear.heard == [
                .started(1e6), .received(first: 0, octets: 8), .started(2e6), .received(first: 0, octets: 8),
            ])
    }

    @Test func whatIsSwitchedOffHearsNothingMoreAndIsLetGo() {
        let tap = SwitchableTap()
        weak var gone: Ear?
        do {
            let ear = Ear()
            gone = ear
            tap.switchOn(ear)
            tap.switchOff()
            tap.started(format: .ci16, sampleRateHz: 1e6)
            feed(tap, first: 0)
            #expect(ear.heard.isEmpty)
        }
        #expect(gone == nil)
    }

    @Test func whoIsThereForGoodHearsAllOfIt() {
        let (fixed, other) = (Ear(), Ear())
        let tap = SwitchableTap(fixed)
        tap.started(format: .ci16, sampleRateHz: 1e6)
        tap.switchOn(other)
        feed(tap, first: 5)
        tap.switchOff()
        feed(tap, first: 7)
        #expect(fixed.heard == [.started(1e6), .received(first: 5, octets: 8), .received(first: 7, octets: 8)])
        #expect(other.heard == [.started(1e6), .received(first: 0, octets: 8)])
    }

    /// A recorder that is switched on in the middle has no gap, and one file from its first sample on.
    @Test func aRecorderCanBeSwitchedOnInTheMiddle() throws {
        let tap = SwitchableTap()
        tap.started(format: .ci16, sampleRateHz: 1e6)
        let disk = ScriptedDisk()
        let recorder = try IQRecorder(RecorderPlan(name: "r"), disk: disk) { _ in }
        tap.switchOn(recorder)
        feed(tap, first: 1_000_000)
        feed(tap, first: 1_000_002)
        tap.switchOff()
        feed(tap, first: 1_000_004)
        let totals = recorder.finish()
        #expect(totals.writtenSamples == 4 && totals.gaps == 0 && totals.lostSamples == 0)
    }
}
