import Foundation
import Recording
import Testing
import Transceiver

/// Figures for docs/performance.md: `AIOT_BENCH=1 swift test -c release --filter RecordingBench`, on the disk of `TMPDIR`.
@Suite(
    .serialized, .enabled(if: ProcessInfo.processInfo.environment["AIOT_BENCH"] != nil, "set AIOT_BENCH=1 for figures"))
struct RecordingBench {
    /// 8-bit samples at 20 MS/s come in transfers of 16 KiB, as from a HackRF, at their own pace.
    @Test(arguments: [2e6, 20e6])
    func tenSecondsWithoutALoss(sampleRateHz: Double) throws {
        let name = FileManager.default.temporaryDirectory.appendingPathComponent("recording-\(UUID())").path
        defer {
            for ending in ["data", "meta"] { try? FileManager.default.removeItem(atPath: "\(name).sigmf-\(ending)") }
        }
        let recorder = try IQRecorder(RecorderPlan(name: name)) { print($0.text) }
        recorder.started(format: .ci8, sampleRateHz: sampleRateHz)
        let transfer = (0..<16_384).map { UInt8(truncatingIfNeeded: $0 &* 97) }
        let samples = Int64(transfer.count / 2)
        let clock = ContinuousClock()
        let start = clock.now
        var cpu = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &cpu)
        let before = cpu.seconds
        var slowest = Duration.zero
        var sent: Int64 = 0
        while Double(sent) < 10 * sampleRateHz {
            let due = start + .seconds(Double(sent) / sampleRateHz)
            let ahead = due - clock.now
            if ahead > .zero { Thread.sleep(forTimeInterval: ahead / .seconds(1)) }
            let began = clock.now
            transfer.withUnsafeBytes { recorder.received($0, firstSample: sent) }
            slowest = max(slowest, clock.now - began)
            sent += samples
        }
        let seconds = (clock.now - start) / .seconds(1)
        let totals = recorder.finish()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &cpu)
        #expect(totals.lostSamples == 0 && totals.writtenSamples == sent)
        print(
            "recorder, \(sampleRateHz / 1e6) MS/s of 8 bits for \(seconds.formatted()) s: \(totals.lostSamples) lost, "
                + "\(((cpu.seconds - before) / seconds * 100).formatted(.number.precision(.fractionLength(1)))) % of a core, "
                + "slowest call \((slowest / .microseconds(1)).formatted(.number.precision(.fractionLength(0)))) µs")
    }
}

extension rusage {
    /// Processor time of user and system.
    fileprivate var seconds: Double {
        Double(ru_utime.tv_sec + ru_stime.tv_sec) + Double(ru_utime.tv_usec + ru_stime.tv_usec) / 1e6
    }
}
