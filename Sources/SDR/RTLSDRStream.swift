import Synchronization
import Transceiver

/// What runs while an RTL-SDR streams: a thread on which the library gives samples.
final class RTLSDRStream: Sendable {
    /// 8,192 samples: 4 ms at 2 MS/s.
    private static let octetsPerTransfer: UInt32 = 16_384
    private static let transfers: UInt32 = 16

    /// What the library hands back with samples; only the thread of the stream touches the counter.
    private final class Sink: @unchecked Sendable {
        let streams: TransceiverStreams
        let isEnding = Atomic(false)
        var samples: Int64 = 0

        init(_ streams: TransceiverStreams) {
            self.streams = streams
        }

        func take(_ octets: UnsafeRawBufferPointer) {
            guard !isEnding.load(ordering: .acquiring) else { return }
            streams.receive(octets, samples)
            samples += Int64(octets.count / 2)
        }
    }

    private let opened: RTLSDR.Opened
    private let sink: Sink
    private let thread: BoxThread

    init(_ opened: RTLSDR.Opened, _ streams: TransceiverStreams) throws(TransceiverFailure) {
        let sink = Sink(streams)
        self.opened = opened
        self.sink = sink
        thread = try BoxThread("rtl-sdr", isUrgent: true) {
            let result = opened.library.readAsync(
                opened.device,
                { octets, count, sink in
                    guard let octets, let sink else { return }
                    Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue()
                        .take(UnsafeRawBufferPointer(start: octets, count: Int(count) / 2 * 2))
                }, Unmanaged.passUnretained(sink).toOpaque(), Self.transfers, Self.octetsPerTransfer)
            // The library returns on its own where the device has gone.
            guard !sink.isEnding.load(ordering: .acquiring) else { return }
            streams.trouble(
                .failed(TransceiverFailure(.absent, "the RTL-SDR ended its stream (\(result)): plug it in again")))
        }
    }

    /// Ends it; no call comes any more then.
    /// - Returns: false where the library is still at it after 3 s: it is left to itself, and its device is lost.
    func end() -> Bool {
        sink.isEnding.store(true, ordering: .releasing)
        // Before the reading has begun a cancellation goes unheard.
        for _ in 0..<150 {
            _ = opened.library.cancel(opened.device)
            guard thread.hasEnded(within: 20) else { continue }
            thread.join()
            return true
        }
        return false
    }
}
