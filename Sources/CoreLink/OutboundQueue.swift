import AIoTLink
import Synchronization

/// Octets on their way out of one connection that the system has not taken yet.
///
/// Each frame counts with what it costs to keep it, else empty ones would wait without number.
final class OutboundQueue: Sendable {
    /// At this many the peer counts as slow, and no longer below the low mark.
    private static let highMark = 256 * 1_024
    private static let lowMark = 64 * 1_024
    /// Octets that a frame counts beside its PDU.
    private static let overhead = PDUFramer.prefix + 64

    private let state = Mutex((octets: 0, isFull: false))
    private let limit: Int

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes in the frame of `pdu`; false, and not taken, where the limit would be passed.
    func add(_ pdu: [UInt8]) -> Bool {
        state.withLock { state in
            guard state.octets + pdu.count + Self.overhead <= limit else { return false }
            state.octets += pdu.count + Self.overhead
            return true
        }
    }

    func remove(_ pdu: [UInt8]) { state.withLock { $0.octets -= pdu.count + Self.overhead } }

    /// Whether the peer became slow, or is no longer; nil when nothing changed since the last call.
    func change() -> Bool? {
        state.withLock { state in
            let isFull = state.isFull ? state.octets > Self.lowMark : state.octets >= Self.highMark
            guard isFull != state.isFull else { return nil }
            state.isFull = isFull
            return isFull
        }
    }
}
