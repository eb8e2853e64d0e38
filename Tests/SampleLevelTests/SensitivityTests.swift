import AIoTBase
import AIoTPhy
import Foundation
import Genie
import Testing

/// The short form of `scripts/bench-sensitivity`.
@Suite struct SensitivityTests {
    private static let normals = Normals(seed: 0)

    @Test func theGenieErrsAsAMatchedFilterDoes() {
        var setup = Trial.Setup(
            D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, transportBlockOctets: 20), samplesPerHalf: 64)
        setup.clockError = 0
        let snrDB = 3.0
        var errors = 0
        var bits = 0
        for seed in 0..<600 {
            let trial = Trial(setup, seed: UInt64(seed), normals: Self.normals)
            let sent = trial.sent
            errors += zip(trial.genieOutputs(snrDB: snrDB), sent).count { ($0 < 0) != ($1 == 1) }
            bits += sent.count
        }
        func expected(_ decibels: Double) -> Double { tail((2 * pow(10, decibels / 10)).squareRoot()) * Double(bits) }
        #expect(Double(errors) < expected(snrDB - 0.1))
        #expect(Double(errors) > expected(snrDB + 0.1))
    }

    /// SNR at which a genie that knows everything loses one frame in ten, dB (`docs/receiver.md`).
    @Test(
        arguments: [
            ("uncoded", 1, 7.6), ("uncoded", 8, 7.6), ("repeated", 2, 4.5), ("coded", 1, -2.9), ("coded", 4, -2.7),
            ("coded+repeated", 1, -5.9), ("coded+repeated", 2, -5.7), ("coded+repeated", 8, -5.7),
        ])
    func oneDecibelAboveTheGenieNoMoreFramesAreLost(coding: String, periods: Int, genieDB: Double) {
        let format = D2RBurstFormat(
            rateCode: 4, subcarrierPeriods: periods, fec: coding.hasPrefix("coded"),
            repetition: coding.hasSuffix("repeated"), transportBlockOctets: 20)
        let bursts = 100
        var lost = 0
        for seed in 0..<bursts {
            let setup = Trial.Setup(format, seed.isMultiple(of: 2) ? .onOff : .twoPhase)
            let trial = Trial(setup, seed: UInt64(seed), normals: Self.normals)
            let report = trial.report(snrDB: genieDB + 1)
            if report.bursts.first?.octets != trial.message { lost += 1 }
        }
        // One in ten, and two deviations for the small number.
        #expect(lost <= 16)
    }

    /// A code finds some message in any noise, and its CRC-6 is right in one window of 64: only the bound is left.
    @Test func theBoundOnFalseFramesHolds() {
        let format = D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, fec: true, transportBlockOctets: 2)
        func falseFrames(_ bound: Double, _ windows: Int) -> Rate {
            EmptyWindows(Trial.Setup(format), falseBurstProbability: bound).falseFrames(
                windows, seed: 1, Self.normals)
        }
        #expect(falseFrames(1e-2, 2_000).value < 1e-2)
        // Without the bound frames do come: the check above can fail.
        #expect(falseFrames(1e12, 1_000).errors > 0)
    }
}
