import AIoTBase
import StreamFrontEnd
import Testing

@Suite struct CounterRelationTests {
    /// Pairs every `interval` transmit samples, with an error of plus and minus half a sample.
    private static func pairs(
        drift: Double, offset: Double, count: Int, interval: Double, seed: UInt64
    ) -> [(transmit: Double, receive: Double)] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let transmit = Double(index) * interval
            return (transmit, transmit * (1 + drift) + offset + generator.uniform() - 0.5)
        }
    }

    @Test func oneFrameIsEnoughForACommonClock() throws {
        var relation = CounterRelation(hasCommonClock: true)
        #expect(!relation.isKnown && relation.prediction(ofTransmit: 0) == nil)
        #expect(relation.add(transmit: 1_000, receive: 9_000.3) == .taken)
        let prediction = try #require(relation.prediction(ofTransmit: 50_000_000))
        #expect(abs(prediction.sample - 50_008_000.3) < 0.01 && prediction.uncertainty <= 3)
        #expect(relation.drift == 0)
    }

    @Test(arguments: [-95e-6, -20e-6, 0, 20e-6, 95e-6])
    func theDriftOfTwoCrystalsIsFollowed(drift: Double) throws {
        for seed in UInt64(1)...50 {
            var relation = CounterRelation(hasCommonClock: false)
            let pairs = Self.pairs(drift: drift, offset: 123_456, count: 200, interval: 20_000, seed: seed)
            for (index, pair) in pairs.enumerated() {
                if let prediction = relation.prediction(ofTransmit: pair.transmit) {
                    let error = abs(prediction.sample - pair.receive)
                    #expect(error <= prediction.uncertainty + 1, "seed \(seed), pair \(index)")
                    if index > 40 { #expect(error < 3 && prediction.uncertainty < 8) }
                }
                #expect(relation.add(transmit: pair.transmit, receive: pair.receive) == .taken)
            }
            #expect(abs(relation.drift - drift) < 5e-6)
        }
    }

    @Test func onePairOutOfPlaceIsLeftOut() throws {
        var relation = CounterRelation(hasCommonClock: false)
        for pair in Self.pairs(drift: 20e-6, offset: 500, count: 30, interval: 20_000, seed: 1) {
            _ = relation.add(transmit: pair.transmit, receive: pair.receive)
        }
        let before = try #require(relation.prediction(ofTransmit: 700_000))
        #expect(relation.add(transmit: 610_000, receive: 611_000) == .outlier)
        #expect(relation.prediction(ofTransmit: 700_000) == before)
        #expect(relation.add(transmit: 620_000, receive: 620_512.4) == .taken)
    }

    @Test(arguments: [true, false], [-16_384.0, 40, 131_072])
    func twoThatAgreeAreAJumpAndTheRelationBeginsAnew(hasCommonClock: Bool, jump: Double) throws {
        var relation = CounterRelation(hasCommonClock: hasCommonClock)
        for pair in Self.pairs(drift: 0, offset: 500, count: 30, interval: 20_000, seed: 1) {
            _ = relation.add(transmit: pair.transmit, receive: pair.receive)
        }
        #expect(relation.add(transmit: 600_000, receive: 600_500 + jump) == .outlier)
        guard case .jumped(let samples) = relation.add(transmit: 620_000, receive: 620_500 + jump) else {
            Issue.record("no jump")
            return
        }
        #expect(abs(samples - jump) < 4)
        let prediction = try #require(relation.prediction(ofTransmit: 640_000))
        #expect(abs(prediction.sample - 640_500 - jump) < 2)
    }

    /// Temperatures change while nothing is sent: that is no jump.
    @Test(arguments: [1e6, 1e8, 1e10])
    func aPauseAndACrystalThatHasWanderedMeanwhileIsNoJump(pause: Double) throws {
        var relation = CounterRelation(hasCommonClock: false)
        for pair in Self.pairs(drift: 20e-6, offset: 500, count: 40, interval: 20_000, seed: 1) {
            #expect(relation.add(transmit: pair.transmit, receive: pair.receive) == .taken)
        }
        for pair in Self.pairs(drift: 20.5e-6, offset: 516 + pause * 20.5e-6, count: 40, interval: 20_000, seed: 2) {
            #expect(
                relation.add(transmit: 800_000 + pause + pair.transmit, receive: 800_000 + pause + pair.receive)
                    == .taken)
        }
        #expect(abs(relation.drift - 20.5e-6) < 5e-6)
    }

    @Test func forgottenItIsUnknown() {
        var relation = CounterRelation(hasCommonClock: true)
        _ = relation.add(transmit: 1, receive: 2)
        relation.forget()
        #expect(!relation.isKnown)
        #expect(relation.add(transmit: 1, receive: 2_000_000) == .taken)
    }
}
