import AIoTBase
import AIoTPhy
import Foundation
import Glibc
import StreamFrontEnd
import Testing
import Transceiver

/// Figures for docs/performance.md: `AIOT_BENCH=1 swift test -c release --filter ReceivePathBench`.
@Suite(
    .serialized, .enabled(if: ProcessInfo.processInfo.environment["AIOT_BENCH"] != nil, "set AIOT_BENCH=1 for figures"))
struct ReceivePathBench {
    /// In processor time, so that a busy machine changes little.
    @Test(arguments: [2e6, 20e6])
    func oneCoreIsFasterThanSamplesCome(rate: Double) {
        let octets = 1 << 17
        let block = (0..<octets).map { UInt8(truncatingIfNeeded: $0.isMultiple(of: 2) ? 60 + $0 % 3 : 20) }
        let path = ReceivePath(rate: rate)
        let begin = Self.processorSeconds
        var samples = 0
        while samples < Int(2 * rate) {
            block.withUnsafeBytes { path.pass($0, firstSample: Int64(samples)) }
            samples += octets / 2
        }
        let ratio = Double(samples) / rate / (Self.processorSeconds - begin)
        print("receive path at \(Int(rate / 1e6)) MS/s: \((ratio * 10).rounded() / 10) times real time on one core")
        #expect(path.samples == samples)
        #expect(ratio > 1)
    }

    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// What received octets go through: the queue, the conversion, the demodulators.
private final class ReceivePath {
    private let queue: ReceiveQueue
    private let converter = SampleConverter(.ci8)
    private let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: 8_192)
    private var side: ReceiveSide
    private(set) var samples = 0

    init(rate: Double) {
        queue = ReceiveQueue(octets: Int(rate / 2))
        side = ReceiveSide(profile: .oursV0, sampleRateHz: rate, hasCommonClock: true, latencySamples: 0)
    }

    deinit { floats.deallocate() }

    func pass(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
        queue.put(octets, firstSample: firstSample)
        while case .block(let first, let one, let two) = queue.next() {
            _ = side.begin(blockAt: first, count: (one.count + two.count) / 2, at: .zero)
            for part in [one, two] {
                var rest = part
                while case let count = converter.convert(rest, into: floats), count > 0 {
                    _ = side.push(UnsafeBufferPointer(rebasing: floats[..<(2 * count)]), at: .zero)
                    rest = UnsafeRawBufferPointer(rebasing: rest[(2 * count)...])
                    samples += count
                }
            }
        }
    }
}
