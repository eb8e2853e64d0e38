import AIoTF
import AIoTFService
import NGAP
import Synchronization
import Testing

/// What a loop did, in order.
enum Deed: Equatable {
    case sent(ReaderID, NGAPPDU)
    case answeredProbe(ReaderID)
    case processed(ReaderID)
    case closed(ReaderID)
    case told(ControlClientID, String, isLast: Bool)
}

/// Links and clients in memory; each deed is noted with what the store held at that moment.
final class Deeds: ReaderLinks, ControlClients {
    private let noted = Mutex<[Deed]>([])
    private let watch = Mutex<@Sendable (Deed) -> Void>({ _ in })
    private let left = Mutex<Int?>(nil)
    private let dead = Mutex(false)

    /// The process has died: nothing that it wanted done happens any more.
    var isDead: Bool { dead.withLock { $0 } }

    /// Dies when it wants to do something after so many deeds more.
    func die(after count: Int) { left.withLock { $0 = count } }

    func die() { dead.withLock { $0 = true } }

    /// Whether the next deed would be too many.
    var isAtItsEnd: Bool { left.withLock { $0 == 0 } }

    /// Calls `body` at each deed from now on.
    func onEach(_ body: @escaping @Sendable (Deed) -> Void) { watch.withLock { $0 = body } }

    /// All deeds since the last call.
    func take() -> [Deed] {
        noted.withLock { deeds in
            defer { deeds = [] }
            return deeds
        }
    }

    private func note(_ deed: Deed) {
        if isAtItsEnd { die() }
        guard !isDead else { return }
        left.withLock { $0 = $0.map { $0 - 1 } }
        watch.withLock { $0 }(deed)
        noted.withLock { $0.append(deed) }
    }

    func send(_ pdu: [UInt8], to reader: ReaderID) {
        guard !pdu.isEmpty else { return note(.answeredProbe(reader)) }
        guard let message = try? NGAPPDU(decoding: pdu) else {
            Issue.record("what was sent does not decode")
            return
        }
        note(.sent(reader, message))
    }

    func processed(_ reader: ReaderID) { note(.processed(reader)) }
    func close(_ reader: ReaderID, reason: String) { note(.closed(reader)) }

    func tell(_ line: ControlLine, to client: ControlClientID, isLast: Bool) {
        note(.told(client, line.text, isLast: isLast))
    }
}
