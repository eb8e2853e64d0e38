import AIoTBase
import AIoTPhy
import Genie

/// Frames that nobody sent: in noise, and beside a burst in another frequency position.
struct FalseFrames {
    let normals = Normals(seed: 0)

    private struct Case {
        var name: String
        var format: D2RBurstFormat
        /// Windows relative to those of the fastest.
        var share = 1.0
    }

    private static let cases = [
        Case(
            name: "CRC-6 2 octets R=1",
            format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, transportBlockOctets: 2)),
        Case(
            name: "CRC-6 2 octets R=2",
            format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 2, transportBlockOctets: 2)),
        Case(
            name: "CRC-6 2 octets R=1 coded",
            format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, fec: true, transportBlockOctets: 2), share: 0.1),
        Case(
            name: "CRC-16 20 octets R=1",
            format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, transportBlockOctets: 20), share: 0.25),
        Case(
            name: "CRC-16 20 octets R=1 coded",
            format: D2RBurstFormat(rateCode: 4, subcarrierPeriods: 1, fec: true, transportBlockOctets: 20),
            share: 0.02),
    ]

    /// Cases whose name holds `part`.
    func run(windows: Int, part: String) {
        say("case,bound,windows,false frames,upper limit")
        for item in Self.cases where item.name.contains(part) {
            for bound in [1e6, 1e4, 1e2, 1, 1e-2, 1e-4, 1e-6] {
                let count = Int(item.share * Double(bound == 1e-6 ? windows : windows / 10))
                let rate = EmptyWindows(Trial.Setup(item.format), falseBurstProbability: bound).falseFrames(
                    count, seed: bound.bitPattern, normals)
                say("\(item.name),\(bound),\(rate.trials),\(rate.errors),\(rate.interval.upperBound)")
            }
        }
        say("beside a burst,,windows,false frames,upper limit")
        for periods in [1, 2, 4] where "beside R=\(periods)".contains(part) { beside(periods, windows: windows / 100) }
    }

    /// Four frequency positions are expected, a device sends in one: frames in the others are false.
    private func beside(_ periods: Int, windows: Int) {
        func format(_ periods: Int) -> D2RBurstFormat {
            D2RBurstFormat(rateCode: 4, subcarrierPeriods: periods, transportBlockOctets: 2)
        }
        let setup = Trial.Setup(format(periods), samplesPerHalf: Double(64 / periods))
        let others = [1, 2, 4, 8].filter { $0 != periods }
        let bursts = ([periods] + others).map { ExpectedBurst(format: format($0), delay: setup.delay) }
        var rate = Rate(errors: 0, trials: 0)
        for index in 0..<windows / others.count {
            let trial = Trial(setup, seed: UInt64(index), normals: normals)
            let reports = trial.reports(bursts, snrDB: Double(index % 30))
            rate.trials += others.count
            rate.errors += reports.dropFirst().count { !$0.bursts.isEmpty }
        }
        say("beside R=\(periods),,\(rate.trials),\(rate.errors),\(rate.interval.upperBound)")
    }
}
