import Testing
import Transceiver

@testable import SDR

@Suite struct HackRFValueTests {
    @Test(arguments: [
        (0, 0, 0), (1, 0, 0), (7, 0, 6), (8, 8, 0), (15, 8, 6), (30, 16, 14), (32, 16, 16), (80, 40, 40), (101, 40, 60),
        (102, 40, 62),
    ])
    func theReceiveGainIsSplitOverBothStages(decibels: Int, lna: UInt16, vga: UInt16) throws {
        let gains = try #require(HackRFGains(receiving: decibels))
        #expect(gains.lna == lna)
        #expect(gains.vga == vga)
    }

    @Test func everySplitIsOneThatTheStagesTake() throws {
        for decibels in 0...102 {
            let gains = try #require(HackRFGains(receiving: decibels))
            #expect(gains.lna <= 40 && gains.lna % 8 == 0)
            #expect(gains.vga <= 62 && gains.vga % 2 == 0)
            #expect(decibels - Int(gains.lna + gains.vga) == decibels % 2)
        }
        #expect(HackRFGains(receiving: -1) == nil)
        #expect(HackRFGains(receiving: 103) == nil)
        #expect(HackRFGains(receiving: .min) == nil)
        #expect(HackRFGains(receiving: .max) == nil)
    }

    @Test(arguments: [
        (1_000_000.0, 1_750_000), (1_920_000, 1_750_000), (2_333_333, 1_750_000), (2_333_334, 1_750_000),
        (3_333_333, 1_750_000), (3_333_334, 2_500_000), (4_000_000, 2_500_000), (8_000_000, 6_000_000),
        (10_000_000, 7_000_000), (19_999_999, 14_000_000), (20_000_000, 15_000_000),
    ])
    func theFilterIsTheLargestWithinThreeQuartersOfTheRate(rate: Double, filter: UInt32) throws {
        #expect(try #require(HackRFSampleRate(rate)).filterHertz == filter)
    }

    @Test(arguments: [
        (1_920_000.0, 1_920_000, 1), (20_000_000, 20_000_000, 1), (1_920_000.5, 3_840_001, 2),
        (2_000_000.0 + 1.0 / 3, 6_000_001, 3),
    ])
    func aRateIsTheSimplestFractionThatGivesIt(rate: Double, hertz: UInt32, divider: UInt32) throws {
        let fraction = try #require(HackRFSampleRate(rate))
        #expect(fraction.hertz == hertz)
        #expect(fraction.divider == divider)
    }

    @Test(arguments: [0, -2_000_000, 999_999, 20_000_001, Double.nan, .infinity, -.infinity, 1e300])
    func aRateThatNoHackRFTakesIsRefused(rate: Double) {
        #expect(HackRFSampleRate(rate) == nil)
        #expect(HackRFStream.transfers(of: .receiver, atRate: rate) >= 1)
    }

    @Test func fewTransfersAreInFlightTowardsTheAirAndMoreFromIt() {
        #expect(HackRFStream.transfers(of: .transmitter, atRate: 1_920_000) == 4)
        #expect(HackRFStream.transfers(of: .transmitter, atRate: 20_000_000) == 5)
        #expect(HackRFStream.transfers(of: .receiver, atRate: 1_920_000) == 12)
        #expect(HackRFStream.transfers(of: .receiver, atRate: 20_000_000) == 16)
    }

    @Test(arguments: [(1_920_000.0, 1), (2_000_000, 1), (4_000_000, 2), (10_000_000, 4), (20_000_000, 8)])
    func aTransferHasMoreBlocksAtHigherRatesAndLastsNoLongerThanAt2MSps(rate: Double, blocks: Int) {
        #expect(HackRFStream.samplesPerTransfer(atRate: rate) == blocks * HackRFStream.samplesPerBlock)
    }

    @Test func theStateOfTheM0IsElevenLittleEndianWords() throws {
        let octets: [UInt8] = [
            2, 0, 1, 0, 2, 0, 0, 0, 0x78, 0x56, 0x34, 0x12, 0xF0, 0xDE, 0xBC, 0x9A, 7, 0, 0, 0, 0, 0x20, 0, 0, 0, 0,
            0x10, 0,
            0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 3, 0, 0, 0,
        ]
        let state = try #require(M0State(octets))
        #expect(state.requestedMode == 2)
        #expect(state.requestFlag == 1)
        #expect(state.mode == .receiving)
        #expect(state.m0Count == 0x1234_5678)
        #expect(state.m4Count == 0x9ABC_DEF0)
        #expect(state.shortfalls == 7)
        #expect(state.longestShortfall == 8_192)
        #expect(state.shortfallLimit == 1_048_576)
        #expect(state.threshold == .max)
        #expect(state.nextMode == 1)
        #expect(state.error == 3)
        #expect(M0State(Array(octets.dropLast())) == nil)
        #expect(M0State(octets + [0]) == nil)
        #expect(M0State([]) == nil)
    }

    @Test func newShortfallsAreToldOnceAndAsWhatTheyAreToTheRole() throws {
        func state(_ shortfalls: UInt32) throws -> M0State {
            var state = try #require(M0State([UInt8](repeating: 0, count: 40)))
            state.shortfalls = shortfalls
            return state
        }
        var watch = ShortfallWatch()
        #expect(watch.take(try state(0), role: .transmitter) == nil)
        #expect(watch.take(try state(2), role: .transmitter) == .transmitUnderrun)
        #expect(watch.take(try state(2), role: .transmitter) == nil)
        #expect(watch.take(try state(3), role: .receiver) == .receiveGap(samples: nil))
        // The firmware has begun to count anew.
        #expect(watch.take(try state(0), role: .receiver) == nil)
        #expect(watch.take(try state(1), role: .receiver) == .receiveGap(samples: nil))
        watch.hasEnded = true
        #expect(watch.take(try state(9), role: .receiver) == nil)
    }
}
