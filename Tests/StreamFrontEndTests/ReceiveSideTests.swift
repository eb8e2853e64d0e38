import AIoTBase
import AIoTPhy
import AIoTReader
import RadioFrontEnd
import StreamFrontEnd
import Testing

@Suite struct ReceiveSideTests {
    private static let rate = HeardAir.rate
    private static let answer: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    private static let sounding: [UInt8] = [0x4F, 0x80, 0, 0]
    /// Transmit samples are so much lower than receive samples.
    private static let lag = 5_000.0

    /// What was told, in a form that can be compared.
    private struct Heard: Equatable {
        var outcomes: [UInt64: [OccasionReport]] = [:]
        var hearings: [Bool] = []
        var losses: [Int64?] = []
        var ends: [AirTime] = []
        var frames: [AirFrame] = []

        mutating func take(_ told: [ReceiveSide.Told]) {
            for told in told {
                switch told {
                case .ended(let id, let outcome, _):
                    outcomes[id] = outcome.reports
                    ends.append(outcome.end)
                    frames += outcome.frames
                case .heard(let isHeard): hearings.append(isHeard)
                case .lost(let samples): losses.append(samples)
                case .channel: break
                case .jumped, .doubted: break
                }
            }
        }

        func decoded(_ id: UInt64) -> [UInt8]? {
            if case .decoded(let burst)? = outcomes[id]?.first, burst.crcRight { burst.octets } else { nil }
        }
    }

    private static func side() -> ReceiveSide {
        ReceiveSide(profile: .oursV0, sampleRateHz: rate, hasCommonClock: true, latencySamples: 4_096)
    }

    private static func placed(_ octets: [UInt8], end: Double, _ transmission: R2DTransmission? = nil) -> PlacedFrame {
        PlacedFrame(
            octets: octets, end: end - lag, length: HeardAir.seconds(of: octets) * rate, transmission: transmission)
    }

    /// Pushes `samples`, numbered from `first`, in blocks of the size that `next` gives, each when it is due.
    private static func push(
        _ samples: [Float], from first: Int64 = 0, into side: inout ReceiveSide, _ heard: inout Heard,
        next: () -> Int = { 2_048 }
    ) {
        samples.withUnsafeBufferPointer { samples in
            var done = 0
            while done < samples.count / 2 {
                let count = min(next(), samples.count / 2 - done)
                let end = first + Int64(done + count)
                let now = AirTime(nanoseconds: 1_000_000_000) + AirDuration(seconds: Double(end) / rate)
                heard.take(side.begin(blockAt: first + Int64(done), count: count, at: now))
                heard.take(
                    side.push(UnsafeBufferPointer(rebasing: samples[(2 * done)..<(2 * (done + count))]), at: now))
                done += count
            }
        }
    }

    @Test func aFrameThatIsHeardOpensItsWindowsAndRelatesTheCounters() throws {
        let transmission = try HeardAir.transmission(id: 1)
        var air = HeardAir(count: 20_000)
        let end = try air.key(transmission.octets, at: 3_000.4)
        try air.answer(Self.answer, after: end)
        var whole: Heard?
        for seed in UInt64(0)...10 {
            var generator = SeededGenerator(seed: seed)
            var side = Self.side()
            var heard = Heard()
            side.expect(Self.placed(transmission.octets, end: end, transmission))
            Self.push(air.received(), into: &side, &heard) {
                seed == 0 ? 20_000 : Int.random(in: 1...3_000, using: &generator)
            }
            #expect(heard.decoded(1) == Self.answer && heard.hearings == [true], "seed \(seed)")
            #expect(heard.frames.map(\.isR2D) == [true, false])
            let prediction = try #require(side.relation.prediction(ofTransmit: 100_000))
            #expect(abs(prediction.sample - 100_000 - Self.lag) < 1)
            // Times are those of the counter, up to when the block that settled it had come.
            let start = 1 + (end / Self.rate) - HeardAir.seconds(of: transmission.octets)
            #expect(abs(heard.frames[0].start.seconds - start) < 2e-6)
            whole = whole ?? heard
            #expect(heard.outcomes == whole?.outcomes, "blocks of any size give the same, seed \(seed)")
        }
    }

    @Test func aFrameThatIsNotHeardIsTakenToBeWhereTheRelationSays() throws {
        let transmission = try HeardAir.transmission(id: 2)
        var air = HeardAir(count: 40_000)
        let first = try air.key(Self.sounding, at: 3_000)
        // The receiver hears nothing of the frame, but the device did.
        try air.answer(Self.answer, after: 22_000)
        var side = Self.side()
        var heard = Heard()
        side.expect(Self.placed(Self.sounding, end: first))
        let samples = air.received()
        Self.push(Array(samples[..<20_000]), into: &side, &heard)
        side.expect(Self.placed(transmission.octets, end: 22_000, transmission))
        Self.push(Array(samples[20_000...]), from: 10_000, into: &side, &heard)
        #expect(heard.hearings == [true, false])
        #expect(heard.decoded(2) == Self.answer)
    }

    @Test func whereNothingIsKnownTheReportsAreUndecodableAndNothingHangs() throws {
        let transmission = try HeardAir.transmission(id: 3)
        var side = Self.side()
        var heard = Heard()
        side.expect(Self.placed(transmission.octets, end: 9_000, transmission))
        Self.push(HeardAir(count: 700_000).received(), into: &side, &heard) { 20_000 }
        #expect(heard.outcomes == [3: [.undecodable]] && heard.hearings == [false])
        #expect(heard.ends.allSatisfy { $0.seconds < 1.3 })
    }

    @Test(arguments: [nil, 77])
    func lostSamplesMakeTheReportsOfTheFrameOnTheAirUndecodable(samples: Int64?) throws {
        let transmission = try HeardAir.transmission(id: 4)
        var air = HeardAir(count: 20_000)
        let end = try air.key(transmission.octets, at: 3_000)
        try air.answer(Self.answer, after: end)
        var side = Self.side()
        var heard = Heard()
        side.expect(Self.placed(transmission.octets, end: end, transmission))
        let received = air.received()
        let cut = Int(end) + 500
        Self.push(Array(received[..<(2 * cut)]), into: &side, &heard)
        #expect(side.relation.isKnown && heard.outcomes.isEmpty)
        heard.take(side.lose(samples))
        #expect(!side.relation.isKnown, "measured anew")
        Self.push(Array(received[(2 * cut)...]), from: Int64(cut), into: &side, &heard)
        #expect(heard.outcomes == [4: [.undecodable]] && heard.losses == [samples])
    }

    @Test func blocksThatWereLeftOutAreSeenInTheNumbersAndTheRelationStays() throws {
        var air = HeardAir(count: 10_000)
        let end = try air.key(Self.sounding, at: 3_000)
        var side = Self.side()
        var heard = Heard()
        side.expect(Self.placed(Self.sounding, end: end))
        Self.push(air.received(), from: 700, into: &side, &heard)
        #expect(heard.losses.isEmpty, "a stream may begin with any number")
        Self.push(air.received(), from: 10_700 + 4_096, into: &side, &heard)
        #expect(heard.losses == [4_096] && side.relation.isKnown)
        side.restart()
        #expect(!side.relation.isKnown)
        Self.push(air.received(), from: 0, into: &side, &heard)
        #expect(heard.losses == [4_096], "a new stream is no gap")
    }

    /// What a transmit underrun does of which nobody tells: from then on all is heard later than it is due.
    @Test func framesThatAreHeardLateRelateTheCountersAnew() throws {
        let late = 8_000.0
        var air = HeardAir(count: 80_000)
        let ends = try [3_000, 30_000, 55_000].map { try air.key(Self.sounding, at: $0) }
        let samples = air.received()
        var side = Self.side()
        var heard = Heard()
        side.expect(Self.placed(Self.sounding, end: ends[0]))
        Self.push(Array(samples[..<40_000]), into: &side, &heard)
        for (first, end) in [(20_000, ends[1]), (45_000, ends[2])] {
            side.expect(Self.placed(Self.sounding, end: end - late))
            let last = first == 20_000 ? 45_000 : 80_000
            Self.push(Array(samples[(2 * first)..<(2 * last)]), from: Int64(first), into: &side, &heard)
        }
        #expect(heard.hearings == [true, false, true, false, true])
        let prediction = try #require(side.relation.prediction(ofTransmit: 100_000))
        #expect(abs(prediction.sample - 100_000 - Self.lag - late) < 1)
    }

    @Test func aTransmissionEndsThoughTheNumbersGoBack() throws {
        let transmission = try HeardAir.transmission(id: 7)
        var side = Self.side()
        var heard = Heard()
        let silence = HeardAir(count: 2_048).received()
        Self.push(silence, from: 1_000_000_000, into: &side, &heard)
        side.expect(Self.placed(transmission.octets, end: 1_000_009_000, transmission))
        side.expect(Self.placed(Self.sounding, end: 1_000_020_000))
        Self.push(silence, from: 0, into: &side, &heard)
        #expect(heard.outcomes == [7: [.undecodable]] && heard.losses == [nil] && heard.hearings == [false, false])
    }

    @Test func aLaterTransmissionTakesThePlaceOfTheOneBefore() throws {
        let transmissions = try (5...6).map { try HeardAir.transmission(id: $0) }
        var air = HeardAir(count: 20_000)
        let end = try air.key(transmissions[1].octets, at: 3_000)
        var side = Self.side()
        var heard = Heard()
        side.expect(Self.placed(transmissions[0].octets, end: 2_900, transmissions[0]))
        side.expect(Self.placed(transmissions[1].octets, end: end, transmissions[1]))
        Self.push(air.received(), into: &side, &heard)
        #expect(heard.outcomes == [6: [.idle]])
    }
}
