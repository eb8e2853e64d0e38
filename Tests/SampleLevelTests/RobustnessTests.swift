import AIoTBase
import AIoTPhy
import Testing

/// Devices 30 dB below the leak, after an R2D frame in the same stream, under what real receivers add. Each condition
/// that must be held is faced with one that cannot be, so that none passes by chance.
@Suite struct RobustnessTests {
    static func format(_ code: Int, _ periods: Int, octets: Int = 6, fec: Bool = false) -> D2RBurstFormat {
        D2RBurstFormat(rateCode: code, subcarrierPeriods: periods, fec: fec, transportBlockOctets: octets)
    }

    /// From the slowest without a subcarrier, in which everything slow shows, to fast ones, in which everything short does.
    static let formats = [
        format(0, 1), format(2, 1), format(1, 4), format(4, 1), format(4, 2, octets: 20),
        format(4, 1, octets: 20, fec: true), format(6, 1),
    ]

    /// At least this share of bursts is decoded in every format, nothing is invented, and hardly an empty window is taken
    /// for a collision.
    private func expect(
        _ trial: BurstTrial, decodes share: Double, energy: Double = 0.025, formats: [D2RBurstFormat] = formats,
        count: Int = 20, _ location: SourceLocation = #_sourceLocation
    ) {
        for format in formats {
            let tally = trial.run(format, count: count)
            #expect(tally.decodedShare >= share, "\(format) \(tally)", sourceLocation: location)
            #expect(tally.energyShare <= energy, "\(format) \(tally)", sourceLocation: location)
            #expect(tally.wrong == 0 && tally.falseBursts == 0, "\(format) \(tally)", sourceLocation: location)
        }
    }

    @Test func withoutImpairmentEverythingIsDecodedAndWithoutSNRNothing() {
        expect(BurstTrial(), decodes: 1, energy: 0)
        let tally = BurstTrial(snrDB: -5).run(Self.format(4, 1), count: 40)
        #expect(tally.decodedShare < 0.1)
    }

    // MARK: Clocks

    @Test(arguments: [0.05, 0.08, 0.1])
    func devicesTenPercentOffAreHeardByAReceiverThatLooksForThem(error: Double) {
        var profile = AirProfile.oursV0
        profile.largestClockError = 0.1
        let more = [Self.format(1, 8), Self.format(3, 4, octets: 60)]
        // What 2 % take, and 10 dB.
        let trial = BurstTrial(profile: profile, snrDB: 21, clockError: error, isClockAtEnd: true)
        expect(trial, decodes: 1, formats: Self.formats + more, count: 10)
        let deaf = BurstTrial(snrDB: 21, clockError: error, isClockAtEnd: true).run(Self.format(4, 1), count: 20)
        #expect(deaf.decoded == 0)
    }

    @Test func aStartTwoPercentOffIsFoundInALatePosition() {
        let formats = [Self.format(2, 1), Self.format(4, 2, octets: 20)]
        for delay in [50e-3, 200e-3] {
            expect(BurstTrial(isClockAtEnd: true, delay: delay), decodes: 1, formats: formats, count: 8)
        }
        let outside = BurstTrial(clockError: 0.04, isClockAtEnd: true, delay: 50e-3).run(formats[0], count: 12)
        #expect(outside.decoded == 0)
    }

    // MARK: Offset, DC and converter

    @Test(arguments: [-5_000.0, -200, 30, 5_000]) func aCommonOffsetUpToFiveKilohertzDoesNotMatter(offset: Double) {
        expect(BurstTrial(offsetHz: offset), decodes: 0.95)
    }

    @Test func aDirectCurrentAsStrongAsTheLeakDoesNotMatter() {
        expect(BurstTrial(dc: (0.7, -0.7)), decodes: 1, count: 10)
        expect(BurstTrial(offsetHz: 5_000, dc: (0.5, 0.5)), decodes: 0.95, count: 10)
    }

    @Test(arguments: [15.0, 30]) func eightBitsCarryDevicesThirtyDecibelBelowTheLeak(snr: Double) {
        // Devices move by 3.2 steps of the converter, or by 0.8.
        for share in [0.8, 0.2] {
            expect(
                BurstTrial(impairments: Impairments(bits: 8, leakOfFullScale: share), snrDB: snr), decodes: 1,
                energy: 0.1,
                count: 10)
        }
        let coarse = BurstTrial(impairments: Impairments(bits: 8, leakOfFullScale: 0.01), snrDB: snr)
        #expect(coarse.run(Self.format(4, 1), count: 20).decodedShare < 0.7)
    }

    // MARK: The leak moves

    @Test(arguments: [0.0, 200, 5_000])
    func aLeakThatWandersByOneDecibelAndThirtyDegreesInTenMillisecondsDoesNotMatter(offset: Double) {
        let drift = Impairments(driftDB: 1, driftDegrees: 30)
        expect(BurstTrial(impairments: drift, offsetHz: offset), decodes: 0.95)
        let wild = Impairments(driftDB: 12, driftDegrees: 360)
        #expect(BurstTrial(impairments: wild, offsetHz: offset).run(Self.format(0, 1), count: 20).decodedShare < 0.7)
    }

    @Test func fewBurstsAreLostToALeakThatJumps() {
        // As much as two thirds of a device's own change, then ten times a device.
        expect(BurstTrial(impairments: Impairments(stepsPerSecond: 30, stepSize: 0.04)), decodes: 0.95)
        expect(BurstTrial(impairments: Impairments(stepsPerSecond: 30, stepSize: 0.3)), decodes: 0.7, energy: 0.2)
        let jumping = BurstTrial(impairments: Impairments(stepsPerSecond: 1_000, stepSize: 0.3))
        #expect(jumping.run(Self.format(0, 1), count: 20).decodedShare < 0.5)
    }

    // MARK: Impulses

    @Test(arguments: [10.0, 15, 20, 30]) func hundredsOfImpulsesASecondCostFewBursts(level: Double) {
        expect(BurstTrial(impairments: Impairments(impulsesPerSecond: 300, impulseDB: level)), decodes: 0.9)
        let storm = BurstTrial(impairments: Impairments(impulsesPerSecond: 30_000, impulseDB: level + 10))
        #expect(storm.run(Self.format(4, 2, octets: 20), count: 20).decodedShare < 0.5)
    }

    // MARK: Several devices

    @Test(arguments: [[0.0, -20, 0, -20], [-20, 0, -20, 0], [0, -20, -20, -20], [-20, -20, -20, 0]])
    func fourFrequencyPositionsTwentyDecibelApartAreAllHeard(levels: [Double]) {
        let formats = [Self.format(0, 1, octets: 2), Self.format(2, 1, octets: 2), Self.format(4, 1, octets: 2)]
        expect(BurstTrial(snrDB: 35, levelsDB: levels), decodes: 0.99, formats: formats, count: 15)
        let drift = Impairments(driftDB: 1, driftDegrees: 30)
        // With noise 65 dB below the leak, what is left of the drift shows in empty windows of the slowest.
        let drifting = BurstTrial(impairments: drift, snrDB: 35, levelsDB: levels)
        expect(drifting, decodes: 0.93, energy: 0.3, formats: formats, count: 15)
        // 20 dB below, nothing is left of a device of which the strongest has 15 dB.
        let faint = BurstTrial(snrDB: 15, levelsDB: [0, -20, -20, -20]).run(formats[1], count: 10)
        #expect(faint.decodedShare < 0.5)
    }

    @Test func allOfItAtOnceIsHeld() {
        let impairments = Impairments(
            driftDB: 1, driftDegrees: 30, impulsesPerSecond: 200, impulseDB: 15, bits: 8, leakOfFullScale: 0.6)
        let trial = BurstTrial(impairments: impairments, offsetHz: 3_000, dc: (0.1, -0.15), isClockAtEnd: true)
        expect(trial, decodes: 0.92)
    }
}
