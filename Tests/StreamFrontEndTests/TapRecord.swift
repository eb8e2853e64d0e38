import RadioFrontEnd
import StreamFrontEnd
import Synchronization
import Transceiver

/// A tap that takes down what comes.
final class TapRecord: ReceiveTap {
    struct Record {
        var starts = 0
        var octets = 0
        var nextSample: Int64 = 0
        var hasJumped = false
        var losses: [Int64?] = []
        var frames: [Range<Int64>] = []
    }

    private let state = Mutex(Record())

    var record: Record { state.withLock { $0 } }

    func started(format: StreamFormat, sampleRateHz: Double) { state.withLock { $0.starts += 1 } }

    func received(_ octets: UnsafeRawBufferPointer, firstSample: Int64) {
        state.withLock { record in
            if firstSample != record.nextSample { record.hasJumped = true }
            record.octets += octets.count
            record.nextSample = firstSample + Int64(octets.count / 4)
        }
    }

    func lost(samples: Int64?) { state.withLock { $0.losses.append(samples) } }

    func ended(_ outcome: RadioOutcome, receiveSamples: Range<Int64>) {
        state.withLock { $0.frames.append(receiveSamples) }
    }
}
