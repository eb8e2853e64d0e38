import RadioFrontEnd
import Synchronization
import Transceiver

/// What other threads have for the supervising one.
final class Mailbox: Sendable {
    enum Letter: Sendable {
        /// A box has come or gone.
        case presence(box: Int, isThere: Bool)
        /// Something about the streams of a session.
        case stream(RadioSupervisor.Event, session: Int)
        /// To be told as it is.
        case tell(RadioEvent)

        fileprivate var isCarrierLost: Bool { if case .tell(.carrierLost) = self { true } else { false } }
    }

    /// Losses beyond it are left out (*ours*): the others have told of them. All else comes as seldom as frames do.
    private static let limit = 256

    private let letters = Mutex<[Letter]>([])
    private let wakeUp = WakeUp()

    func put(_ letter: Letter) {
        let isIn = letters.withLock { letters in
            switch letter {
            case .stream(.lost, _) where letters.count >= Self.limit: return false
            // One that waits says it for all.
            case .tell(.carrierLost) where letters.contains { $0.isCarrierLost }: return false
            default:
                letters.append(letter)
                return true
            }
        }
        if isIn { wakeUp.post() }
    }

    func take() -> [Letter] {
        letters.withLock { letters in
            defer { letters = [] }
            return letters
        }
    }

    func wake() { wakeUp.post() }
    func wait(milliseconds: Int) { wakeUp.wait(milliseconds: milliseconds) }
}
