import Synchronization
import Transceiver
import USBTransport

/// What runs while a HackRF streams: its queue of transfers, and the watch on its shortfalls.
final class HackRFStream: Sendable {
    /// The firmware moves blocks of 16 KiB.
    static let samplesPerBlock = 8_192

    /// One block in a transfer, or 2, 4 or 8 where they last no longer than one does at 2 MS/s: it is transfers that cost
    /// time, not octets (*ours*).
    static func samplesPerTransfer(atRate rate: Double) -> Int {
        ([8, 4, 2].first { Double($0) * 2e6 <= rate } ?? 1) * samplesPerBlock
    }

    /// How many transfers are in flight. Towards the air 16 ms and at least 4: what is longer delays what we send. From
    /// the air 50 ms and at least 8, as waiting there costs nothing. At most 64 (*ours*).
    static func transfers(of role: HackRF.Role, atRate rate: Double) -> Int {
        guard rate.isFinite, rate > 0, rate < 1e9 else { return 4 }
        let (seconds, least) = role == .transmitter ? (0.016, 4) : (0.050, 8)
        return min(max(Int((seconds * rate / Double(samplesPerTransfer(atRate: rate))).rounded(.up)), least), 64)
    }

    /// Counts the samples of a queue; only its event thread touches it.
    private final class Counter: @unchecked Sendable {
        var samples: Int64 = 0
    }

    private let queue: any USBQueueControl
    private let role: HackRF.Role
    private let trouble: @Sendable (StreamTrouble) -> Void
    private let watch = Mutex(ShortfallWatch())

    /// Starts the queue on `port`, whose transceiver is in its mode.
    init(
        _ streams: TransceiverStreams, on port: any USBPort, role: HackRF.Role, rate: Double
    ) throws(TransceiverFailure) {
        let description = Self.queue(streams, role: role, rate: rate)
        queue = try telling { () throws(USBError) in try port.startQueue(description) }
        self.role = role
        trouble = streams.trouble
    }

    private static func queue(_ streams: TransceiverStreams, role: HackRF.Role, rate: Double) -> USBQueue {
        let counter = Counter()
        let ended: @Sendable (USBError?) -> Void = { error in
            if let error { streams.trouble(.failed(TransceiverFailure(error))) }
        }
        let octets = 2 * samplesPerTransfer(atRate: rate)
        let transfers = transfers(of: role, atRate: rate)
        switch role {
        case .transmitter:
            return USBQueue(
                endpoint: 0x02, octetsPerTransfer: octets, transfers: transfers,
                body: { octets in
                    streams.transmit(octets, counter.samples)
                    counter.samples += Int64(octets.count / 2)
                    return true
                }, ended: ended)
        case .receiver:
            return USBQueue(
                endpoint: 0x81, octetsPerTransfer: octets, transfers: transfers,
                body: { octets in
                    guard octets.count % 2 == 0 else {
                        streams.trouble(
                            .failed(TransceiverFailure(.failed, "the HackRF gave half a sample: streaming starts anew"))
                        )
                        return false
                    }
                    streams.receive(UnsafeRawBufferPointer(octets), counter.samples)
                    counter.samples += Int64(octets.count / 2)
                    return true
                }, ended: ended)
        }
    }

    /// Tells what `state` says of samples that are lost.
    func take(_ state: M0State) {
        // Told under the lock, so that nothing is told after the end.
        watch.withLock { watch in
            if let news = watch.take(state, role: role) { trouble(news) }
        }
    }

    /// Returns when nothing of it is under way any more.
    func end() {
        watch.withLock { $0.hasEnded = true }
        queue.cancel()
    }
}
