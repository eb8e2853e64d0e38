// What docs/performance.md says of the receiver; `scripts/bench-receiver` runs all of it.

let usage = """
    usage: bench-receiver front | allocations RECORDING.cs16 | turnaround [COUNT [CASE]]
                          | coded FILE.cs16 SECONDS | eight FILE.cs16 FILE.cs8
    """
let words = Array(CommandLine.arguments.dropFirst())
switch words.first {
case "front": Front.run()
case "allocations" where words.count == 2: try Allocations.run(recording: words[1])
case "turnaround":
    Turnaround.run(
        count: words.dropFirst().first.flatMap { Int($0) } ?? 1_000, only: words.dropFirst(2).first ?? "")
case "coded" where words.count == 3: try CodedRecording.write(words[1], seconds: Double(words[2]) ?? 60)
case "eight" where words.count == 3: try CodedRecording.makeEightBit(of: words[1], into: words[2])
default: print(usage)
}
