import AIoTBase
import AIoTPhy
import Foundation
import Testing

/// What an occasion tells of how many devices answered in it; the tables of `docs/collisions.md`.
@Suite struct CollisionTests {
    static let msg1 = [false, true].flatMap { fec in
        [1, 4].flatMap { code in
            [1, 2, 4, 8].map {
                D2RBurstFormat(rateCode: code, subcarrierPeriods: $0, fec: fec, transportBlockOctets: 2)
            }
        }
    }
    static let accessResponses = [20, 60].flatMap { octets in
        [1, 4].map { D2RBurstFormat(rateCode: 4, subcarrierPeriods: $0, transportBlockOctets: octets) }
    }

    static func name(_ format: D2RBurstFormat) -> String {
        "\(format.transportBlockOctets) octets \(format.fec ? "coded" : "uncoded") rate code \(format.rateCode) "
            + "R \(format.subcarrierPeriods)"
    }

    @Test(arguments: msg1) func noneOneAndMoreDevicesAreToldApart(format: D2RBurstFormat) {
        let name = Self.name(format)
        let idle = CollisionBench(format: format, powersDB: []).counts(40)
        print("confusion | \(name) | none | \(idle)")
        #expect(idle.idle >= idle.occasions * 99 / 100)
        let single = CollisionBench(format: format, powersDB: [0]).counts(60)
        print("confusion | \(name) | one | \(single)")
        #expect(single.decoded >= single.occasions * 97 / 100)
        for powers in [[0.0, 0], [0, 3], [0, 6], [0, 10], [0, 3, 6]] {
            let more = CollisionBench(format: format, powersDB: powers).counts(25)
            print("confusion | \(name) | \(powers) dB | \(more)")
            #expect(more.collided >= more.occasions * 98 / 100 && more.wrong == 0, "\(powers)")
        }
    }

    @Test(arguments: [false, true]) func aStrongBurstAloneIsNoCollision(isQuantised: Bool) {
        for format in Self.msg1.filter({ $0.rateCode == 4 }) + Self.accessResponses {
            var all = CollisionBench.Counts()
            // Beyond 30 dB, 8 bits have no noise left to smooth their steps.
            for snr in isQuantised ? [10.0, 20, 30] : [10, 20, 30, 40] {
                let bench = CollisionBench(
                    format: format, powersDB: [0], weakestSNRDB: snr, isQuantised: isQuantised)
                let counts = bench.counts(format.transportBlockOctets > 2 ? 10 : 25)
                print("alone | \(Self.name(format)) | \(isQuantised ? "8 bits" : "float") \(snr) dB | \(counts)")
                all = all + counts
            }
            #expect(all.decoded >= all.occasions * 95 / 100, "\(format)")
        }
    }

    @Test(arguments: [0.02, 0.005, 0]) func bothBurstsOfACollisionAreRead(largestClockError: Double) {
        for (power, least) in [(0.0, 0.45), (1, 0.5), (3, 0.7), (6, 0.7), (10, 0.7)] {
            var all = CollisionBench.Counts()
            for format in Self.msg1 {
                let bench = CollisionBench(
                    format: format, powersDB: [0, power], largestClockError: largestClockError)
                let counts = bench.counts(12)
                print("both | clocks \(largestClockError) | \(Self.name(format)) | \(power) dB | \(counts)")
                all = all + counts
            }
            print("both | clocks \(largestClockError) | all | \(power) dB | \(all)")
            #expect(Double(all.twoRead) >= least * Double(all.occasions), "\(power) dB")
            // Of two equal devices with nearly the same clock one mixture in a thousand looks like bursts; clocks that
            // are the same to the last digit do not exist.
            #expect(all.wrong <= (largestClockError == 0 ? 2 : largestClockError < 0.02 ? 1 : 0))
        }
    }

    @Test func ofTwoDevicesSixDecibelsApartTheStrongerIsRead() {
        for format in Self.msg1 + Self.accessResponses {
            let counts = CollisionBench(format: format, powersDB: [0, 6])
                .counts(format.transportBlockOctets > 2 ? 20 : 30)
            print("capture | \(Self.name(format)) | \(counts)")
            #expect(counts.strongestRead >= counts.occasions * 9 / 10, "\(format)")
        }
    }

    @Test func collidingAccessResponsesAreToldFromOne() {
        for format in Self.accessResponses {
            for powers in [[0.0, 0], [0, 6]] {
                let counts = CollisionBench(format: format, powersDB: powers).counts(10)
                print("confusion | \(Self.name(format)) | \(powers) dB | \(counts)")
                #expect(counts.collided == counts.occasions && counts.wrong == 0)
            }
        }
    }

    /// One device in each of four frequency positions, of powers up to 10 dB apart, the weakest of 10 dB per bit; in every
    /// other occasion a second one in the first position.
    @Test(arguments: [false, true]) func neighboursInFrequencyMakeNoCollision(isCollided: Bool) {
        var generator = SeededGenerator(seed: 21)
        var right = 0
        let occasions = CollisionBench.occasions(40)
        for seed in 0..<occasions {
            let formats = (0..<4).map {
                D2RBurstFormat(rateCode: 3, subcarrierPeriods: 1 << $0, transportBlockOctets: 2)
            }
            let devices = ((isCollided ? [0] : []) + [0, 1, 2, 3]).map { position in
                Scene.Device(
                    message: generator.octets(2), format: formats[position],
                    clockError: 0.04 * generator.uniform() - 0.02, level: pow(10, generator.uniform() / 2),
                    phase: 2 * Double.pi * generator.uniform())
            }
            let scene = Scene(devices: devices, amplitude: 0.01, snrDB: 10)
            let reports = scene.reports(
                formats.indices.map { scene.expected(formats[$0], delay: 1e-3, frequencyPosition: $0) },
                seed: UInt64(seed))
            let isFirstRight =
                switch reports[0] {
                case .decoded: !isCollided
                case .collision, .undecodable: isCollided
                case .idle: false
                }
            if isFirstRight { right += 1 }
            for report in reports.dropFirst() { if case .decoded = report { right += 1 } }
        }
        print("positions | \(isCollided ? "two" : "one") in the first | right \(right) of \(4 * occasions)")
        #expect(right >= 4 * occasions * 97 / 100)
    }
}
