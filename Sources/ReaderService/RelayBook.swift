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
        /// The AIoTF has them.
        case remove([UInt64])
    }

    /// A record of the spool that went over the connection at hand and is not confirmed.
    private struct Sent: Sendable {
        var sequence: UInt64
        var sending: Sending
    }

    private struct Sending: Sendable {
        /// Number of the frame at the link.
        var frame: UInt64
        var time: AirTime
    }

    /// Records of the spool that may be under way at once (*ours*), so that no backlog fills the queue of a link or makes a
    /// slow AIoTF look dead: the rest waits for confirmations, which are rare where there are no probes.
    private let window: Int
    private var unprobedWindow: Int { 8 * window }

    /// Where an AIoTF answers no probes, a record counts as delivered when its connection has lasted so much longer
    /// (*ours*): TCP gives up after 4 s without an acknowledgement.
    static let unprobedDelivery = AirDuration.milliseconds(10_000)

    private struct Link: Sendable {
        /// Counts connections, so that what was sent over an earlier one counts as unsent.
        var connection = 0
        /// Of the AIoTF that has accepted this reader; nil while the link is down.
        var aiotfIdentifier: [UInt8]?
        var answersProbes = false
        /// Durable and not sent over this connection, in order, from `firstUnsent` on.
        var unsent: [(sequence: UInt64, octets: [UInt8])] = []
        var firstUnsent = 0
        var sent: [Sent] = []
        /// The last record that was durable when the link came up: what is not greater went with what waited then.
        var lastWaiting: UInt64?

        var hasUnsent: Bool { firstUnsent < unsent.count }
    }

    /// A relay that the spool has not answered yet.
    private struct Pending: Sendable {
        var relay: Relay
        var connection: Int
        var sending: Sending?
    }

    private var links: [LinkID: Link] = [:]
    private var pending: [UInt64: Pending] = [:]

    init(window: Int = 256) {
        self.window = window
    }

    /// The AIoTF of a link has accepted this reader: what is durable for it goes first, in order.
    mutating func linkUp(
        _ id: LinkID, aiotfIdentifier: [UInt8], answersProbes: Bool, spooled: [(sequence: UInt64, octets: [UInt8])]
    ) -> [Step] {
        let connection = (links[id]?.connection ?? 0) + 1
        links[id] = Link(
            connection: connection, aiotfIdentifier: aiotfIdentifier, answersProbes: answersProbes, unsent: spooled,
            lastWaiting: spooled.last?.sequence)
        return pump(id)
    }

    mutating func linkDown(_ id: LinkID) {
        links[id] = Link(connection: links[id]?.connection ?? 0)
    }

    /// Whether messages of before this connection have still to go over it. Until then nothing else may: after the release
    /// that follows the NG Setup the AIoTF would take them for late.
    func isFlushing(_ id: LinkID) -> Bool {
        guard let link = links[id], let identifier = link.aiotfIdentifier else { return false }
        return link.hasUnsent
            || pending.values.contains {
                $0.relay.link == id && $0.relay.aiotfIdentifier == identifier && $0.connection < link.connection
            }
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
        guard maySend(relay), let link = links[relay.link] else { return [.relayed(id)] }
        if let last = link.lastWaiting, sequence <= last { return [.relayed(id)] }
        if let sending = entry.sending, entry.connection == link.connection {
            links[relay.link]?.sent.append(Sent(sequence: sequence, sending: sending))
        } else {
            // The link came up while the disk was busy.
            links[relay.link]?.unsent.append((sequence, relay.octets))
        }
        return [.relayed(id)] + pump(relay.link)
    }

    /// A relay could not be made durable.
    mutating func notSpooled(_ id: UInt64) -> [Step] {
        pending.removeValue(forKey: id) == nil ? [] : [.notRelayed(id)]
    }

    /// A record went out under this number; nil: the link did not take it, and will come up anew.
    mutating func sent(_ sequence: UInt64, over id: LinkID, frame: UInt64?, at time: AirTime) {
        guard let frame else { return }
        links[id]?.sent.append(Sent(sequence: sequence, sending: Sending(frame: frame, time: time)))
    }

    /// The AIoTF has dealt with every frame up to this number.
    mutating func confirmed(_ id: LinkID, upTo frame: UInt64) -> [Step] {
        take(from: id) { $0.frame <= frame }
    }

    /// What AIoTFs that answer no probes must have by now.
    mutating func advance(to time: AirTime) -> [Step] {
        unprobed.flatMap { id in take(from: id) { $0.time + Self.unprobedDelivery <= time } }
    }

    /// When `advance` is due.
    var nextDeadline: AirTime? {
        unprobed.lazy.compactMap { links[$0]?.sent.first }.map { $0.sending.time + Self.unprobedDelivery }.min()
    }

    private var unprobed: [LinkID] {
        links.filter { $0.value.aiotfIdentifier != nil && !$0.value.answersProbes }.keys.sorted { $0.value < $1.value }
    }

    private mutating func take(from id: LinkID, where isDone: (Sending) -> Bool) -> [Step] {
        guard let sent = links[id]?.sent else { return [] }
        let done = sent.filter { isDone($0.sending) }.map(\.sequence)
        guard !done.isEmpty else { return [] }
        links[id]?.sent = sent.filter { !isDone($0.sending) }
        return [.remove(done)] + pump(id)
    }

    /// Sends what the window has room for.
    private mutating func pump(_ id: LinkID) -> [Step] {
        guard let link = links[id], link.aiotfIdentifier != nil, link.hasUnsent else { return [] }
        let window = link.answersProbes ? window : unprobedWindow
        let count = min(max(0, window - link.sent.count), link.unsent.count - link.firstUnsent)
        let next = link.unsent[link.firstUnsent..<link.firstUnsent + count]
        links[id]?.firstUnsent += count
        if link.firstUnsent + count == link.unsent.count {
            links[id]?.unsent = []
            links[id]?.firstUnsent = 0
        }
        return next.map { .send(id, sequence: $0.sequence, $0.octets) }
    }
}
