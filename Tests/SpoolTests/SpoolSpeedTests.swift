import Foundation
import Spool
import Synchronization
import Testing

/// Figures for docs/performance.md: `AIOT_BENCH=1 swift test -c release --filter SpoolSpeedTests`, on the disk of `TMPDIR`.
@Suite(
    .serialized, .enabled(if: ProcessInfo.processInfo.environment["AIOT_BENCH"] != nil, "set AIOT_BENCH=1 for figures"))
struct SpoolSpeedTests {
    private final class Times: Sendable {
        private let list = Mutex<[Duration]>([])

        var sorted: [Duration] { list.withLock { $0.sorted() } }

        func add(_ time: Duration) {
            list.withLock { $0.append(time) }
        }
    }

    @Test(arguments: [1, 16, 256])
    func appendsOfAHundredOctets(atOnce: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("spool-speed-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (spool, _) = try Spool.open(folder: folder, limitOctets: 16 << 20)
        let payload = [UInt8](repeating: 7, count: 100)
        let slots = DispatchSemaphore(value: atOnce)
        let times = Times()
        let count = 5_000
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<count {
            slots.wait()
            let asked = clock.now
            spool.append(owner: [1], payload: payload) { result in
                if case .success(let sequence) = result {
                    times.add(clock.now - asked)
                    spool.remove([sequence])
                }
                slots.signal()
            }
        }
        spool.close()
        let rate = Double(count) / ((clock.now - start) / .seconds(1))
        let sorted = times.sorted
        try #require(sorted.count == count)
        let (median, high) = (sorted[count / 2] / .milliseconds(1), sorted[count * 99 / 100] / .milliseconds(1))
        print(
            "spool, \(atOnce) at once: \(Int(rate)) appends/s, p50 "
                + "\(median.formatted(.number.precision(.fractionLength(3)))) ms, "
                + "p99 \(high.formatted(.number.precision(.fractionLength(3)))) ms")
    }
}
