import NIOCore
import Synchronization

/// One connection of a `LinkServer`.
final class ServerConnection: Sendable {
    struct Life: Sendable {
        /// The handshake is done, and the user has been told.
        var isOpen = false
        /// Its end is counted already.
        var isTurnedAway = false
        /// Of the last frame heard, or of the beginning.
        var heard: NIODeadline
        var hasSentPDU = false
        var hasSentProbe = false
        /// Probes that the user has not answered yet.
        var probesDue = 0
    }

    let id: ConnectionID
    let channel: any Channel
    let credit: Credit
    let queue: OutboundQueue
    let life: Mutex<Life>
    /// The peer's address.
    let peer: String
    let verdict = PeerVerdict()

    init(id: ConnectionID, channel: any Channel, peer: String, limits: ServerLimits) {
        self.id = id
        self.channel = channel
        credit = Credit(limits.credit)
        queue = OutboundQueue(limit: limits.queueLimit)
        life = Mutex(Life(heard: .now()))
        self.peer = peer
    }

    func close(_ reason: String) {
        channel.triggerUserOutboundEvent(FrameHandler.Close(reason: reason), promise: nil)
    }

    func heard(_ frame: [UInt8]) {
        life.withLock { life in
            life.heard = .now()
            if frame.isEmpty {
                life.hasSentProbe = true
                life.probesDue += 1
            } else {
                life.hasSentPDU = true
            }
        }
    }

    func answeredProbe() {
        life.withLock { life in
            life.heard = .now()
            life.probesDue = max(0, life.probesDue - 1)
        }
    }

    /// Why the connection has to end by now; nil while it need not.
    func overdue(_ limits: ServerLimits) -> String? {
        life.withLock { life in
            // While its frames or the answer to its probe wait for us, its silence is our doing.
            guard credit.isLeft, life.probesDue == 0 else {
                life.heard = .now()
                return nil
            }
            let silence = NIODeadline.now() - life.heard
            if !life.isOpen, silence > .seconds(Int64(limits.handshakeSeconds)) {
                return "the TLS handshake was not done after \(limits.handshakeSeconds) s"
            }
            if life.hasSentProbe, silence > .milliseconds(Int64(limits.silenceMilliseconds)) {
                return
                    "the reader said nothing for \(Double(limits.silenceMilliseconds) / 1_000) s: it hangs, or packets are lost on the way"
            }
            if life.isOpen, !life.hasSentPDU, silence > .seconds(Int64(limits.firstPDUSeconds)) {
                return "the reader sent nothing for \(limits.firstPDUSeconds) s: it is no reader, or it hangs"
            }
            return nil
        }
    }
}
