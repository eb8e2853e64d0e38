package import AIoTBase
import AIoTReader
import RadioFrontEnd
package import ReaderService
import Synchronization

/// Gives a frame capture what the loop does, while one is switched on.
package final class FrameCaptureTap: LoopObserver {
    private let current = Mutex<FrameCapture?>(nil)

    package init() {}

    /// Everything that happens from now on goes to `capture`; nil: to none.
    package func set(_ capture: FrameCapture?) { current.withLock { $0 = capture } }

    package func see(_ sight: LoopSight, at now: AirTime) {
        guard let capture = current.withLock({ $0 }) else { return }
        switch sight {
        case .outcome(_, let outcome, _): capture.take(.frames(outcome.frames), at: now)
        case .received(_, let octets, _): capture.take(.pdu(octets, isToAIoTF: false, now), at: now)
        case .sent(_, let octets, .some): capture.take(.pdu(octets, isToAIoTF: true, now), at: now)
        case .relay(let relay, .some): capture.take(.pdu(relay.octets, isToAIoTF: true, now), at: now)
        default: break
        }
    }
}
