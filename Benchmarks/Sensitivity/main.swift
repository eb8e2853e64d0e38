import Genie
import Glibc

// Sensitivity of the D2R receiver; `scripts/bench-sensitivity` and `docs/receiver.md` say how and what.
let usage = """
    bench-sensitivity curves [--bursts N] [--octets N] [--coding NAME] [--periods R] [--reflection NAME] [--samples N]
    """

func runCurves(_ options: Options) {
    say("octets,coding,R,reflection,genie dB,receiver dB,loss dB,from,to,wrong,seconds")
    let normals = Normals(seed: 0)
    for var combination in Combination.all where options.admits(combination) {
        combination.samplesPerHalf = Double(options.number("samples", 8))
        let began = clock()
        let curve = Curve(combination, bursts: options.number("bursts", 2_000), normals: normals)
        let loss = curve.loss()
        let seconds = Double(clock() - began) / Double(CLOCKS_PER_SEC)
        say(
            [
                combination.name, fixed(curve.genieDB, 2), fixed(curve.receiverDB, 2), fixed(loss.value, 2),
                fixed(loss.interval.lowerBound, 2), fixed(loss.interval.upperBound, 2),
                String(curve.points.reduce(0) { $0 + $1.wrong }), fixed(seconds, 1),
            ].joined(separator: ","))
        for point in curve.points {
            say(
                "  \(fixed(point.snrDB, 1)) dB genie \(Curve.rate(point.genie).value) receiver "
                    + "\(Curve.rate(point.receiver).value) idle \(point.missed) wrong \(point.wrong)")
        }
    }
}

let options = Options(Array(CommandLine.arguments.dropFirst()))
switch options?.command {
case "curves": if let options { runCurves(options) }
default:
    print(usage)
    exit(64)
}
