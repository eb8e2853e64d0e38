// How much of each impairment the receiver takes: bursts decoded, and empty windows taken for collisions.
// Usage: bench-robustness [BURSTS [CONDITION]], where CONDITION is the begin of a name in the table.
import AIoTBase
import AIoTPhy
import Foundation

let arguments = CommandLine.arguments
let count = arguments.count > 1 ? Int(arguments[1]) ?? 100 : 100
let chosen = arguments.count > 2 ? arguments[2] : ""

func format(_ code: Int, _ periods: Int, _ octets: Int = 6, fec: Bool = false) -> D2RBurstFormat {
    D2RBurstFormat(rateCode: code, subcarrierPeriods: periods, fec: fec, transportBlockOctets: octets)
}

/// 3.75, 15, 60 and 240 kbit/s.
let formats = [
    format(0, 1), format(0, 4), format(2, 1), format(4, 1), format(4, 2, 20), format(4, 1, 20, fec: true), format(6, 1),
]

func percent(_ part: Int, _ whole: Int) -> String {
    String(format: "%6.1f", 100 * Double(part) / Double(max(whole, 1)))
}

/// One line: the share decoded in each format, then the share of empty windows with energy, lost R2D frames, wrong bursts.
func run(_ name: String, _ trial: BurstTrial, _ formats: [D2RBurstFormat] = formats) {
    guard name.hasPrefix(chosen) else { return }
    let tallies = formats.map { trial.run($0, count: count) }
    let decoded = tallies.map { percent($0.decoded, $0.bursts) }.joined()
    let energy = tallies.map { percent($0.energy, $0.windows) }.joined()
    let lost = tallies.reduce(0) { $0 + $1.lostFrames }
    let wrong = tallies.reduce(0) { $0 + $1.wrong + $1.falseBursts }
    print("\(name.padding(toLength: 34, withPad: " ", startingAt: 0))\(decoded)  |\(energy)  | \(lost) \(wrong)")
}

func run(_ name: String, _ impairments: Impairments, snrDB: Double = 15, offsetHz: Double = 0) {
    run(name, BurstTrial(impairments: impairments, snrDB: snrDB, offsetHz: offsetHz))
}

let columns = formats.map { format in
    let rate = Int(format.bitRateHz(in: .oursV0))
    return "\(rate)/R\(format.subcarrierPeriods)/\(format.transportBlockOctets)\(format.fec ? "/FEC" : "")"
}
print("\(count) bursts; bit/s, R, octets: \(columns.joined(separator: ", "))")
print("condition: decoded, % | empty windows with energy, % | R2D frames lost, wrong bursts")

run("none", BurstTrial())
for snr in [5.0, 6, 7, 8] { run("SNR \(snr) dB", BurstTrial(snrDB: snr)) }
var wide = AirProfile.oursV0
wide.largestClockError = 0.1
for error in [0.02, 0.05, 0.1, 0.115] {
    for snr in [11.0, 21] {
        run(
            "clock \(error), SNR \(snr) dB",
            BurstTrial(profile: wide, snrDB: snr, clockError: error, isClockAtEnd: true))
    }
}
for delay in [50e-3, 200e-3] {
    run("start 2 % off \(delay * 1e3) ms", BurstTrial(isClockAtEnd: true, delay: delay))
}
for offset in [-5_000.0, 30, 5_000, 10_000, 15_000] { run("offset \(offset) Hz", BurstTrial(offsetHz: offset)) }
for dc in [0.5, 1, 1.5, 2] { run("DC \(dc) of the leak", BurstTrial(dc: (dc, 0))) }
for share in [0.8, 0.2, 0.1, 0.05, 0.02] {
    for snr in [15.0, 30] {
        run("8 bit, leak \(share), SNR \(snr)", Impairments(bits: 8, leakOfFullScale: share), snrDB: snr)
    }
}
for (dB, degrees) in [(1.0, 30.0), (3, 90), (6, 180), (12, 360)] {
    for offset in [0.0, 5_000] {
        run(
            "drift \(dB) dB \(degrees) deg, \(offset) Hz", Impairments(driftDB: dB, driftDegrees: degrees),
            offsetHz: offset)
    }
}
for rate in [30.0, 100] {
    for size in [0.03, 0.1, 0.3, 1] {
        run("jumps of \(size), \(rate)/s", Impairments(stepsPerSecond: rate, stepSize: size))
    }
}
for rate in [300.0, 1_000, 5_000] {
    for level in [10.0, 15, 20, 30] {
        run("impulses \(level) dB, \(rate)/s", Impairments(impulsesPerSecond: rate, impulseDB: level))
    }
}
let short = [format(0, 1, 2), format(2, 1, 2), format(3, 1, 2), format(4, 1, 2)]
for levels in [[0.0, 0, 0, 0], [0, -20, 0, -20], [-20, 0, -20, 0], [0, -20, -20, -20], [-20, -20, -20, 0]] {
    let name = "four at \(levels.map { "\(Int($0))" }.joined(separator: " "))"
    run(name, BurstTrial(snrDB: 35, levelsDB: levels), short)
    run(
        name + ", drift",
        BurstTrial(impairments: Impairments(driftDB: 1, driftDegrees: 30), snrDB: 35, levelsDB: levels),
        short)
}

/// R2D: the share of frames heard at each M.
func frames(_ name: String, _ trial: FrameTrial) {
    guard name.hasPrefix(chosen) else { return }
    let shares = [2, 6, 12, 24].map {
        String(format: "%6.1f", 100 * trial.heardShare(chipsPerSymbol: $0, count: count))
    }
    print("\(name.padding(toLength: 34, withPad: " ", startingAt: 0))\(shares.joined())")
}

print("R2D frames of 60 octets heard, %, M = 2, 6, 12, 24")
for level in [8.0, 10, 12, 14, 17, 20, 30, 40] { frames("R2D noise -\(level) dB", FrameTrial(leakToNoiseDB: level)) }
for offset in [5_000.0, 10_000] { frames("R2D offset \(offset) Hz", FrameTrial(offsetHz: offset)) }
for dc in [0.3, 0.7, 1, 1.5] { frames("R2D DC \(dc * 2.0.squareRoot())", FrameTrial(dc: dc)) }
for (dB, degrees) in [(1.0, 30.0), (3, 90), (6, 180)] {
    frames(
        "R2D drift \(dB) dB \(degrees) deg", FrameTrial(impairments: Impairments(driftDB: dB, driftDegrees: degrees)))
}
for level in [20.0, 30, 40] {
    frames(
        "R2D impulses \(level) dB, 500/s",
        FrameTrial(impairments: Impairments(impulsesPerSecond: 500, impulseDB: level)))
}
for size in [0.1, 0.3] {
    frames("R2D jumps of \(size), 100/s", FrameTrial(impairments: Impairments(stepsPerSecond: 100, stepSize: size)))
}
for share in [0.8, 0.05, 0.03] {
    frames(
        "R2D 8 bit, leak \(share)",
        FrameTrial(impairments: Impairments(bits: 8, leakOfFullScale: share), leakToNoiseDB: 30))
}
