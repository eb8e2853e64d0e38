import Genie
import Glibc

// Sensitivity of the D2R receiver; `scripts/bench-sensitivity` and `docs/receiver.md` say how and what.
let usage = """
    bench-sensitivity curves [--bursts N] [--octets N] [--coding NAME] [--periods R] [--samples N]
    bench-sensitivity false [--windows N] [--case PART]
    """

/// The points as CSV; the SNR of 10 % frame errors behind them as comments, for people.
func runCurves(_ options: Options) {
    say("octets,coding,R,snr,bursts,genie lost,receiver lost,of these on-off,idle,wrong")
    let normals = Normals(seed: 0)
    for var combination in Combination.all where options.admits(combination) {
        combination.samplesPerHalf = Double(options.number("samples", 8))
        let began = clock()
        let curve = Curve(combination, bursts: options.number("bursts", 2_000), normals: normals)
        let loss = curve.loss()
        for line in curve.lines { say(line) }
        say(
            "# \(combination.name): genie \(fixed(curve.genieDB, 2)) receiver \(fixed(curve.receiverDB, 2)) dB, "
                + "loss \(fixed(loss.value, 2)) (\(fixed(loss.interval.lowerBound, 2)) to "
                + "\(fixed(loss.interval.upperBound, 2))) dB, "
                + "\(fixed(Double(clock() - began) / Double(CLOCKS_PER_SEC), 0)) s")
    }
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
switch options?.command {
case "curves": if let options { runCurves(options) }
case "false":
    if let options {
        FalseFrames().run(windows: options.number("windows", 3_000_000), part: options.text("case") ?? "R")
    }
default:
    print(usage)
    exit(64)
}
