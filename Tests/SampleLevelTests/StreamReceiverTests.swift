import AIoTBase
import AIoTPhy
import Foundation
import Testing

@Suite struct StreamReceiverTests {
    static let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2)

    /// An R2D frame and a burst after it, then a second frame, on one air.
    struct Exchange {
        var profile = AirProfile.oursV0
        var rate = 1.92e6
        var first: [UInt8] = [0x10, 0x01]
        var second: [UInt8] = [0x57, 0x00, 0x01]
        var message: [UInt8] = [0xBE, 0xEF]
        var format = StreamReceiverTests.format
        /// From the end of the first frame to the start of the second.
        var gap = 2.5e-3
        var chips = 12

        func scene() throws -> (scene: Scene, ends: [Double]) {
            let waves = try [first, second].map {
                try R2DModulator.waveform(of: $0, chipsPerSymbol: chips, in: profile)
            }
            let starts = [400.25, 400.25 + (waves[0].seconds + gap) * rate]
            let ends = zip(starts, waves).map { $0 + $1.seconds * rate }
            let device = Scene.Device(
                message: message, format: format, clockError: 0.01, delay: ends[0] / rate + 250e-6)
            let scene = Scene(
                profile: profile, rate: rate, devices: [device], keying: Array(zip(waves, starts)),
                seconds: ends[1] / rate + 1e-3)
            return (scene, ends)
        }

        func blindEvents(blocks: [Int]) throws -> [ReceiverEvent] {
            let (scene, _) = try scene()
            let expected = scene.expected(format, delay: 250e-6)
            let first = first
            var receiver = StreamReceiver(profile: profile, sampleRateHz: rate) { $0 == first ? [expected] : [] }
            return receiver.events(scene.samples(seed: 1), blocks: blocks) { _ in }
        }
    }

    @Test(arguments: [1e6, 1.92e6, 2.4e6, 20e6]) func framesAndBurstsComeInTheOrderOfTheAir(rate: Double) throws {
        let exchange = Exchange(rate: rate)
        let (_, ends) = try exchange.scene()
        let events = try exchange.blindEvents(blocks: [16_384])
        try #require(events.count == 3)
        guard case .frame(let first) = events[0], case .occasion(let result) = events[1],
            case .frame(let second) = events[2]
        else {
            Issue.record("\(events)")
            return
        }
        #expect(first.octets == exchange.first && first.chipsPerSymbol == 12)
        #expect(abs(first.endSample - ends[0]) < 1e-6 * rate && result.afterSample == first.endSample)
        #expect(result.report.burst?.octets == exchange.message)
        #expect(second.octets == exchange.second && abs(second.endSample - ends[1]) < 1e-6 * rate)
    }

    @Test func theBlockSizesChangeNothing() throws {
        let exchange = Exchange()
        let whole = try exchange.blindEvents(blocks: [10_000_000])
        #expect(whole.count == 3)
        for blocks in [[1], [53], [16_384], [7, 1, 2_000, 95]] {
            #expect(try exchange.blindEvents(blocks: blocks) == whole)
        }
    }

    @Test func aReceiverThatIsToldFindsTheSameBurst() throws {
        let exchange = Exchange()
        let (scene, ends) = try exchange.scene()
        var receiver = StreamReceiver(profile: exchange.profile, sampleRateHz: exchange.rate)
        var isTold = false
        let events = receiver.events(scene.samples(seed: 1), blocks: [500]) { receiver in
            if !isTold, Double(receiver.sampleCount) > ends[0] {
                isTold = true
                receiver.expect([scene.expected(exchange.format, delay: 250e-6)], afterSample: ends[0])
            }
        }
        #expect(events.count == 3)
        let bursts = events.compactMap { if case .occasion(let result) = $0 { result.report.burst } else { nil } }
        #expect(bursts.map(\.octets) == [exchange.message])
    }

    @Test func aWindowEndsWhereTheReaderKeysItsCarrierAgain() throws {
        // The second frame starts while the burst is still on the air.
        let events = try Exchange(gap: 0.8e-3).blindEvents(blocks: [4_096])
        try #require(events.count == 3)
        guard case .occasion(let cut) = events[1], case .frame(let second) = events[2] else {
            Issue.record("\(events)")
            return
        }
        #expect(cut.report.burst == nil)
        #expect(second.crcRight)
        // Nothing was sent, and the second frame starts before the window is over: nothing is taken for a burst.
        var silent = Exchange(gap: 0.8e-3)
        silent.format.transportBlockOctets = 28
        var (scene, _) = try silent.scene()
        scene.devices[0].level = 0
        let expected = scene.expected(silent.format, delay: 250e-6)
        let first = silent.first
        var receiver = StreamReceiver(profile: silent.profile, sampleRateHz: silent.rate) {
            $0 == first ? [expected] : []
        }
        let quiet = receiver.events(scene.samples(seed: 2), blocks: [4_096]) { _ in }
        let reports = quiet.compactMap { if case .occasion(let result) = $0 { result.report } else { nil } }
        #expect(quiet.count == 3 && reports == [.idle])
    }

    @Test func anotherProfilePassesByItsValueAlone() throws {
        var profile = AirProfile.oursV0
        profile.name = "other"
        profile.d2rPreamble = "1110010110100010000110101011001".utf8.map { $0 & 1 }
        profile.d2rMidamble = [1, 0, 1, 1, 0, 0, 1]
        profile.d2rMidambleSpacing = 40
        profile.shortCRC = CRC(width: 8, polynomial: 0x07)
        profile.longCRC = CRC(width: 16, polynomial: 0x8005)
        profile.shortCRCLimit = 32
        profile.r2dLengthBits = 10
        profile.r2dStartIndicator = [0.2, 0.2, 0.2, 0.4]
        profile.r2dOffAmplitude = 0.1
        profile.r2dPostambleChips = 6
        profile.d2rTurnaround = .microseconds(300)
        profile.fecConstraintLength = 5
        profile.fecGenerators = [0o23, 0o35]
        let format = D2RBurstFormat(
            rateCode: 4, subcarrierPeriods: 2, fec: true, repetition: true, midamble: true, transportBlockOctets: 3)
        for chips in profile.r2dChipsPerSymbol {
            let exchange = Exchange(
                profile: profile, second: Array(1...40), message: [1, 2, 3], format: format, gap: 6e-3, chips: chips)
            let events = try exchange.blindEvents(blocks: [5_000])
            try #require(events.count == 3, "M = \(chips)")
            guard case .frame(let first) = events[0], case .occasion(let result) = events[1],
                case .frame(let second) = events[2]
            else {
                Issue.record("\(events)")
                return
            }
            #expect(first.octets == exchange.first && second.octets == exchange.second)
            #expect(result.report.burst?.octets == [1, 2, 3])
        }
        // The first profile hears none of it.
        let (scene, _) = try Exchange(profile: profile).scene()
        var deaf = StreamReceiver(profile: .oursV0, sampleRateHz: scene.rate) { _ in [] }
        #expect(deaf.events(scene.samples(seed: 1), blocks: [5_000]) { _ in }.isEmpty)
    }

    @Test func whatNoReceiverCouldHearIsRefusedAndCounted() {
        var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: 1.92e6)
        let tooFast = D2RBurstFormat(rateCode: 7, subcarrierPeriods: 8, transportBlockOctets: 2)
        let odd = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 3, transportBlockOctets: 2)
        let absurd = D2RBurstFormat(rateCode: -1_000, subcarrierPeriods: .max, transportBlockOctets: -5)
        for format in [tooFast, odd, absurd] {
            receiver.expect([ExpectedBurst(format: format, delay: .milliseconds(1))], afterSample: 0)
        }
        let far = ExpectedBurst(format: Self.format, delay: AirDuration(nanoseconds: .max / 4))
        receiver.expect([far], afterSample: .infinity)
        receiver.expect([ExpectedBurst(format: Self.format, delay: .zero)], afterSample: .nan)
        receiver.expect([ExpectedBurst(format: Self.format, delay: AirDuration(nanoseconds: -1))], afterSample: -1e300)
        #expect(receiver.refusedBursts == 6)
        let many = (0..<5_000).map { ExpectedBurst(format: Self.format, delay: .milliseconds(Int64($0))) }
        receiver.expect(many, afterSample: 0)
        #expect(receiver.refusedBursts > 4_000)
    }

    @Test func samplesThatAreNoNumbersDoNoHarm() throws {
        let exchange = Exchange()
        var (scene, ends) = try exchange.scene()
        scene.seconds = 0.02
        for poison in [Float.nan, .infinity, -.infinity, .greatestFiniteMagnitude] {
            var samples = scene.samples(seed: 1)
            for index in stride(from: 100, to: samples.count, by: 2_731) { samples[index] = poison }
            var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: scene.rate) { _ in
                [scene.expected(Self.format, delay: 250e-6)]
            }
            receiver.expect([scene.expected(Self.format, delay: 250e-6)], afterSample: ends[0])
            let events = receiver.events(samples, blocks: [1_000]) { _ in }
            #expect(
                events.allSatisfy { if case .occasion(let result) = $0 { result.report.burst == nil } else { true } })
        }
    }

    @Test func anAbsurdSampleRateDoesNoHarm() {
        var noise = GaussianNoise(seed: 3, deviation: 1)
        let samples = (0..<40_000).map { _ in Float(noise.next()) }
        for rate in [0, -1, .nan, .infinity, 1e-300, 48_000, 1e5, 1e12] {
            var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: rate)
            receiver.expect([ExpectedBurst(format: Self.format, delay: .milliseconds(1))], afterSample: 10)
            #expect(receiver.events(samples, blocks: [999]) { _ in }.count <= 1)
        }
    }

    @Test func rawNoiseOfAnyLevelGivesNothing() {
        for (seed, rate) in [1e6, 1.92e6, 3.2e6].enumerated() {
            var noise = GaussianNoise(seed: UInt64(seed), deviation: pow(10, Double(seed) * 3 - 3))
            let samples = (0..<400_000).map { _ in Float(noise.next()) }
            var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: rate)
            #expect(receiver.events(samples, blocks: [10_000]) { _ in }.isEmpty)
        }
    }
}

extension StreamReceiver {
    /// Feeds samples in blocks of these sizes, round and round; `before` is called before each.
    mutating func events(
        _ samples: [Float], blocks: [Int], before: (inout StreamReceiver) -> Void
    ) -> [ReceiverEvent] {
        var events: [ReceiverEvent] = []
        var first = 0
        var turn = 0
        while first < samples.count {
            before(&self)
            let end = min(first + 2 * blocks[turn % blocks.count], samples.count)
            events += push(Array(samples[first..<end]))
            first = end
            turn += 1
        }
        return events + finish()
    }
}
