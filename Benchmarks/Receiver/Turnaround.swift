import AIoTBase
import AIoTMac
import AIoTPhy
import AIoTReader
import NGAP

/// From the last sample of a burst's window to the first samples of the frame that answers it, in a reader in the middle of
/// an inventory: receiver, core, modulator. Nothing else is in it: no link, no queue of a box.
enum Turnaround {
    /// Samples that a radio gives and takes at once.
    private static let blockSamples = 128

    struct Case {
        var name: String
        var frequencyCode = 0
        var fec = false
        var repetition = false
        var expectedOctets = 30
        /// Whether Msg1 is asked for, or the access response.
        var isMsg1 = false
    }

    static func run(count: Int, only: String = "") {
        var cases = [Case(name: "Msg1, 16 occasions at 4 frequency positions", frequencyCode: 2, isMsg1: true)]
        for (octets, size) in [(20, 18), (40, 38), (60, 58)] {
            for fec in [false, true] {
                cases.append(
                    Case(
                        name: "access response of \(octets) octets\(fec ? ", coded" : "")", fec: fec,
                        expectedOctets: size))
            }
        }
        for one in cases where only.isEmpty || one.name.hasPrefix(only) {
            var bench = ReaderUnderTest(one, seed: 5)
            while bench.times.count < count, bench.goOn(blockSamples: blockSamples) {}
            let times = bench.times.map { $0 / 1e3 }
            print(
                "turnaround, \(one.name), µs: p50 \(times.quantile(0.5).text(1)), p99 \(times.quantile(0.99).text(1)), "
                    + "max \(times.quantile(1).text(1)) (\(times.count) times, \(bench.heard) bursts read of "
                    + "\(bench.sent)); receiver p50 \((bench.judging.median / 1e3).text(1)), core "
                    + "\((bench.core.median / 1e3).text(1)), modulator \((bench.modulator.median / 1e3).text(1))")
        }
    }
}
