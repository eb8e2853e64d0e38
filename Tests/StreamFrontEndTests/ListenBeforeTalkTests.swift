import AIoTBase
import AIoTReader
import EmulatedAir
import RadioFrontEnd
import StreamFrontEnd
import Synchronization
import Testing
import Transceiver

/// A full-duplex box, and a box of somebody else on its channel.
@Suite(.serialized) struct ListenBeforeTalkTests {
    /// Above the offset of the receiver's mixer, -33 dBFS.
    private static let talk = AirLimits.ListenBeforeTalk(thresholdDBFS: -20, duration: .milliseconds(5))

    /// Half of full scale, as loud as the reader's own leak.
    private static func air() -> BoxAirSettings {
        var air = BoxAirSettings.fullDuplex()
        var other = AirBox("Somebody else", receives: false)
        other.frequencyOffsetHz = 3_000
        air.boxes.append(other)
        air.couplings.append([AirGain(0.5, phase: 0.2)])
        return air
    }

    /// The other's carrier, on until it is switched off.
    private final class Other: Sendable {
        let isOn = Atomic(true)

        func start(_ box: some Transceiver) throws {
            let converter = SampleConverter(box.capabilities.transmitFormat)
            try box.open()
            try box.start(
                TransceiverStreams(
                    transmit: { [self] octets, _ in
                        let level: Float = isOn.load(ordering: .relaxed) ? 0.8 : 0
                        let samples = [Float](repeating: level, count: octets.count / converter.octetsPerSample * 2)
                        samples.withUnsafeBufferPointer { _ = converter.convert($0, into: octets) }
                    }, trouble: { _ in }))
        }
    }

    private func level(_ bench: RadioBench) -> Double? {
        var level: Double?
        bench.frontEnd.listen(for: Self.talk.duration)
        let isAnswered = bench.waits {
            for case .channelHeard(let heard) in bench.takeEvents() {
                level = heard
                return true
            }
            return false
        }
        #expect(isAnswered)
        return level
    }

    @Test func whatIsHeardIsTheOthersCarrierAndNeverTheReadersOwn() throws {
        let bench = RadioBench(Self.air(), others: 1)
        let other = Other()
        try other.start(bench.boxes.transceivers[1])
        defer { bench.boxes.transceivers[1].stop() }
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits { bench.frontEnd.status.state.isUsable })
        // 0.5 of 0.8 of full scale, in I and in Q.
        let busy = try #require(level(bench))
        #expect(abs(busy + 5) < 1, "\(busy)")
        other.isOn.store(false, ordering: .relaxed)
        #expect(bench.waits { (level(bench) ?? 0) < Self.talk.thresholdDBFS })
        // Its own carrier goes off and is listened after at once.
        for id in UInt64(1)...3 {
            try bench.transmit(id: id, askingAfter: 1)
            _ = try #require(bench.outcome(of: id))
            bench.frontEnd.setCarrier(isOn: false, at: bench.now)
            let quiet = try #require(level(bench))
            #expect(quiet < Self.talk.thresholdDBFS, "\(quiet)")
        }
    }

    @Test func anothersCarrierHoldsTheFrontEndBackAndItSendsWhenThatGoes() throws {
        var limits = AirLimits()
        limits.listenBeforeTalk = Self.talk
        let bench = RadioBench(Self.air(), keepsSent: true, others: 1)
        // As after a reload.
        bench.frontEnd.keep(to: limits)
        let other = Other()
        try other.start(bench.boxes.transceivers[1])
        defer { bench.boxes.transceivers[1].stop() }
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits { bench.frontEnd.status.state == .degraded })
        #expect(bench.frontEnd.counters.soundings == 0)
        #expect(bench.sent.allSatisfy { $0 == 0 }, "nothing has gone on the air")
        other.isOn.store(false, ordering: .relaxed)
        #expect(bench.waits(for: .ready))
        #expect(bench.frontEnd.counters.soundings >= 1)
    }

    @Test func aDutyCycleMakesSoundingsRare() {
        var limits = AirLimits()
        limits.dutyCycles = [.init(share: 0.1, window: .milliseconds(3_600_000))]
        let bench = RadioBench(Self.air(), limits: limits, others: 1)
        bench.begin()
        defer { bench.end() }
        #expect(bench.waits(for: .ready))
        #expect(bench.frontEnd.counters.soundings == 1)
    }
}
