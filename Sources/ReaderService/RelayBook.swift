import AIoTBase
import AIoTReader

/// Which of a device's last messages are durable, sent and confirmed; decides what is acknowledged, sent again and taken
/// off the spool (`spec/3` "What may wait and what may not").
///
/// Without input or output of its own: it is told what happened, and says what to do.
struct RelayBook: Sendable {
    /// What the spool, a link or the reader core is to do.
    enum Step: Hashable, Sendable {
        /// Tell the core that the device may be acknowledged.
        case relayed(UInt64)
        case notRelayed(UInt64)
        /// Send over the link, and say under which number it went with `sent`.
        case send(LinkID, sequence: UInt64, [UInt8])
        /// The same for a relay that the disk does not have yet; say the number with `ordered`.
        case sendRelay(Relay)
        /// The AIoTF has them.
        case remove([UInt64])
    }

    /// A record that is durable and not confirmed.
    private struct Waiting: Sendable {
        var sequence: UInt64
        /// Frame number at the link; nil while it has not been sent over the connection at hand.
        var frame: UInt64?
        var correlation: Int
    }

    private struct Link: Sendable {
        /// Counts connections, so that what was sent over an earlier one counts as unsent.
        var connection = 0
        /// Of the AIoTF that has accepted this reader; nil while the link is down.
        var aiotfIdentifier: [UInt8]?
        var answersProbes = false
        /// In the order in which they were spooled.
        var waiting: [Waiting] = []
    }

    /// A relay that the spool has not answered yet.
    private struct Pending: Sendable {
        var relay: Relay
        var connection: Int
        var frame: UInt64?
    }

    private var links: [LinkID: Link] = [:]
    private var pending: [UInt64: Pending] = [:]

    /// The AIoTF of a link has accepted this reader: everything that is kept for it goes first, in order. What is still on
    /// its way to the disk too: after its release the AIoTF would take it for late.
    mutating func linkUp(
        _ id: LinkID, aiotfIdentifier: [UInt8], answersProbes: Bool, spooled: [(sequence: UInt64, octets: [UInt8])]
    ) -> [Step] {
        var link = links[id] ?? Link()
        link.connection += 1
        link.aiotfIdentifier = aiotfIdentifier
        link.answersProbes = answersProbes
        // What an earlier start of this process has spooled has no correlation here: only a probe confirms it.
        let known = Dictionary(link.waiting.map { ($0.sequence, $0.correlation) }, uniquingKeysWith: { $1 })
        link.waiting = spooled.map { Waiting(sequence: $0.sequence, frame: nil, correlation: known[$0.sequence] ?? -1) }
        links[id] = link
        let underWay = pending.values.map(\.relay).filter { $0.link == id && $0.aiotfIdentifier == aiotfIdentifier }
        return spooled.map { .send(id, sequence: $0.sequence, $0.octets) }
            + underWay.sorted { $0.id < $1.id }.map(Step.sendRelay)
    }

    mutating func linkDown(_ id: LinkID) {
        links[id]?.aiotfIdentifier = nil
        guard let indices = links[id]?.waiting.indices else { return }
        for index in indices { links[id]?.waiting[index].frame = nil }
    }

    /// Whether a relay may be sent at once: the link is up, and to the AIoTF that it is for.
    func maySend(_ relay: Relay) -> Bool { links[relay.link]?.aiotfIdentifier == relay.aiotfIdentifier }

    /// A relay has been ordered; `frame` is its number at the link where it was sent.
    mutating func ordered(_ relay: Relay, frame: UInt64?) {
        pending[relay.id] = Pending(relay: relay, connection: links[relay.link]?.connection ?? 0, frame: frame)
    }

    /// A relay is durable.
    mutating func spooled(_ id: UInt64, sequence: UInt64) -> [Step] {
        guard let entry = pending.removeValue(forKey: id) else { return [] }
        let relay = entry.relay
        var link = links[relay.link] ?? Link()
        // The link came up after the record was durable and before this was heard: it went with all that was waiting.
        if let index = link.waiting.firstIndex(where: { $0.sequence == sequence }) {
            links[relay.link]?.waiting[index].correlation = relay.correlation
            return [.relayed(id)]
        }
        let isSent = entry.frame != nil && entry.connection == link.connection && link.aiotfIdentifier != nil
        link.waiting.append(
            Waiting(sequence: sequence, frame: isSent ? entry.frame : nil, correlation: relay.correlation))
        links[relay.link] = link
        // The link came up while the disk was busy.
        let isToSend = !isSent && maySend(relay)
        return [.relayed(id)] + (isToSend ? [.send(relay.link, sequence: sequence, relay.octets)] : [])
    }

    /// A relay could not be made durable.
    mutating func notSpooled(_ id: UInt64) -> [Step] {
        pending.removeValue(forKey: id) == nil ? [] : [.notRelayed(id)]
    }

    /// A record went out again under this number.
    mutating func sent(_ sequence: UInt64, over id: LinkID, frame: UInt64?) {
        guard let index = links[id]?.waiting.firstIndex(where: { $0.sequence == sequence }) else { return }
        links[id]?.waiting[index].frame = frame
    }

    /// The AIoTF has dealt with every frame up to this number.
    mutating func confirmed(_ id: LinkID, upTo frame: UInt64) -> [Step] {
        take(from: id) { $0.frame.map { $0 <= frame } ?? false }
    }

    /// The AIoTF has released an inventory: where it answers no probes, that is the sign that it has what was sent of it.
    mutating func released(_ id: LinkID, correlation: Int) -> [Step] {
        guard links[id]?.answersProbes == false else { return [] }
        return take(from: id) { $0.frame != nil && $0.correlation == correlation }
    }

    /// Whether anything waits for a confirmation of this link's AIoTF.
    func isWaiting(_ id: LinkID) -> Bool { links[id]?.waiting.isEmpty == false }

    private mutating func take(from id: LinkID, where isDone: (Waiting) -> Bool) -> [Step] {
        guard let waiting = links[id]?.waiting else { return [] }
        let done = waiting.filter(isDone).map(\.sequence)
        guard !done.isEmpty else { return [] }
        links[id]?.waiting = waiting.filter { !isDone($0) }
        return [.remove(done)]
    }
}
