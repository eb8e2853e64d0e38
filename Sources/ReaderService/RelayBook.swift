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
        /// How it was sent over the connection at hand; nil while it has not been.
        var sending: Sending?
    }

    private struct Sending: Sendable {
        /// Number of the frame at the link.
        var frame: UInt64
        var time: AirTime
    }

    /// Where an AIoTF answers no probes, a record counts as delivered when its connection has lasted so much longer
    /// (*ours*): TCP gives up after 4 s without an acknowledgement.
    static let unprobedDelivery = AirDuration.milliseconds(10_000)

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
        var sending: Sending?
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
        link.waiting = spooled.map { Waiting(sequence: $0.sequence) }
        links[id] = link
        let underWay = pending.values.map(\.relay).filter { $0.link == id && $0.aiotfIdentifier == aiotfIdentifier }
        return spooled.map { .send(id, sequence: $0.sequence, $0.octets) }
            + underWay.sorted { $0.id < $1.id }.map(Step.sendRelay)
    }

    mutating func linkDown(_ id: LinkID) {
        links[id]?.aiotfIdentifier = nil
        guard let indices = links[id]?.waiting.indices else { return }
        for index in indices { links[id]?.waiting[index].sending = nil }
    }

    /// Whether a relay may be sent at once: the link is up, and to the AIoTF that it is for.
    func maySend(_ relay: Relay) -> Bool { links[relay.link]?.aiotfIdentifier == relay.aiotfIdentifier }

    /// A relay has been ordered; `frame` is its number at the link where it was sent.
    mutating func ordered(_ relay: Relay, frame: UInt64?, at time: AirTime) {
        pending[relay.id] = Pending(
            relay: relay, connection: links[relay.link]?.connection ?? 0,
            sending: frame.map { Sending(frame: $0, time: time) })
    }

    /// A relay is durable.
    mutating func spooled(_ id: UInt64, sequence: UInt64) -> [Step] {
        guard let entry = pending.removeValue(forKey: id) else { return [] }
        let relay = entry.relay
        var link = links[relay.link] ?? Link()
        // The link came up after the record was durable and before this was heard: it went with all that was waiting.
        if link.waiting.contains(where: { $0.sequence == sequence }) { return [.relayed(id)] }
        let isSent = entry.sending != nil && entry.connection == link.connection && link.aiotfIdentifier != nil
        link.waiting.append(Waiting(sequence: sequence, sending: isSent ? entry.sending : nil))
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
    mutating func sent(_ sequence: UInt64, over id: LinkID, frame: UInt64?, at time: AirTime) {
        guard let index = links[id]?.waiting.firstIndex(where: { $0.sequence == sequence }) else { return }
        links[id]?.waiting[index].sending = frame.map { Sending(frame: $0, time: time) }
    }

    /// The AIoTF has dealt with every frame up to this number.
    mutating func confirmed(_ id: LinkID, upTo frame: UInt64) -> [Step] {
        take(from: id) { $0.sending.map { $0.frame <= frame } ?? false }
    }

    /// What AIoTFs that answer no probes must have by now.
    mutating func advance(to time: AirTime) -> [Step] {
        links.filter { $0.value.aiotfIdentifier != nil && !$0.value.answersProbes }.keys.flatMap { id in
            take(from: id) { $0.sending.map { $0.time + Self.unprobedDelivery <= time } ?? false }
        }
    }

    /// When `advance` is due at the latest.
    var nextDeadline: AirTime? {
        links.values.lazy.filter { $0.aiotfIdentifier != nil && !$0.answersProbes }
            .flatMap(\.waiting).compactMap(\.sending?.time).min().map { $0 + Self.unprobedDelivery }
    }

    private mutating func take(from id: LinkID, where isDone: (Waiting) -> Bool) -> [Step] {
        guard let waiting = links[id]?.waiting else { return [] }
        let done = waiting.filter(isDone).map(\.sequence)
        guard !done.isEmpty else { return [] }
        links[id]?.waiting = waiting.filter { !isDone($0) }
        return [.remove(done)]
    }
}
