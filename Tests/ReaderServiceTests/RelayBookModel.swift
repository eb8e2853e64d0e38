import AIoTBase
import Testing

@testable import AIoTReader
@testable import ReaderService

/// A link, an AIoTF and a disk around a `RelayBook`, which hold it to its rules after every step.
struct RelayBookModel {
    static let link = LinkID(0)
    static let ours: [UInt8] = [0xA1]
    static let theirs: [UInt8] = [0xB2]

    private static let window = 7
    private var book = RelayBook(window: window)
    private let comment: Comment

    /// Whose the link is; nil while it is down.
    private(set) var owner: [UInt8]?
    private var answersProbes = false
    /// The connection has died and nobody has noticed: what is sent is dropped.
    private var isDead = false
    private var lastFrame: UInt64 = 0
    /// Frames of this connection, and the relay in each.
    private var frames: [(number: UInt64, relay: UInt64, time: AirTime)] = []
    private var now = AirTime.zero
    /// What must go over this connection before anything else may, in order.
    private var owed: [UInt64] = []

    private var relays: [UInt64: Relay] = [:]
    /// On their way to the disk, in order.
    private var unwritten: [UInt64] = []
    /// Written, but the book has not heard of it.
    private var unheard: [(relay: UInt64, sequence: UInt64)] = []
    /// What the disk holds, in order.
    private(set) var spool: [(sequence: UInt64, relay: UInt64)] = []
    private var lastSequence: UInt64 = 0
    private(set) var answers: [UInt64: Int] = [:]
    private(set) var refused: Set<UInt64> = []

    init(comment: Comment) { self.comment = comment }

    var ordered: Int { relays.count }

    mutating func order() {
        let id = UInt64(relays.count + 1)
        let relay = Relay(
            id: id, link: Self.link, aiotfIdentifier: Self.ours,
            octets: (0..<8).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) })
        relays[id] = relay
        unwritten.append(id)
        let isUp = book.maySend(relay) && !book.isFlushing(Self.link)
        book.ordered(relay, frame: isUp ? send(id) : nil, at: now)
    }

    mutating func write() {
        guard !unwritten.isEmpty else { return }
        let relay = unwritten.removeFirst()
        lastSequence += 1
        spool.append((lastSequence, relay))
        unheard.append((relay, lastSequence))
    }

    mutating func failToWrite() {
        guard !unwritten.isEmpty else { return }
        let relay = unwritten.removeFirst()
        refused.insert(relay)
        owed.removeAll { $0 == relay }
        carryOut(book.notSpooled(relay), confirmed: nil)
    }

    mutating func hear() {
        guard !unheard.isEmpty else { return }
        let (relay, sequence) = unheard.removeFirst()
        carryOut(book.spooled(relay, sequence: sequence), confirmed: nil)
        guard owner == Self.ours, !isDead else { return }
        let isSent = frames.contains { $0.relay == relay }
        #expect(isSent || book.isFlushing(Self.link), "a durable relay has not been sent; \(comment)")
    }

    mutating func linkUp(to aiotf: [UInt8], answersProbes: Bool) {
        linkDown()
        owner = aiotf
        self.answersProbes = answersProbes
        let waiting = aiotf == Self.ours ? spool : []
        owed = aiotf == Self.ours ? waiting.map(\.relay) + unwritten : []
        let steps = book.linkUp(
            Self.link, aiotfIdentifier: aiotf, answersProbes: answersProbes,
            spooled: waiting.map { ($0.sequence, relays[$0.relay]?.octets ?? []) })
        carryOut(steps, confirmed: nil)
        let room = answersProbes ? Self.window : 8 * Self.window
        #expect(frames.count == min(waiting.count, room), "as much as the window holds goes at once; \(comment)")
        #expect(book.isFlushing(Self.link) || owed.isEmpty, "\(comment)")
    }

    mutating func linkDown() {
        guard owner != nil else { return }
        owner = nil
        isDead = false
        frames = []
        owed = []
        book.linkDown(Self.link)
    }

    mutating func dieSilently() { isDead = owner != nil }

    /// The AIoTF has dealt with this many of the frames of the connection.
    mutating func confirm(_ count: Int) {
        guard owner != nil, answersProbes, let last = frames.prefix(count).last else { return }
        carryOut(book.confirmed(Self.link, upTo: last.number), confirmed: last.number)
    }

    mutating func pass(milliseconds: Int64) {
        now += .milliseconds(milliseconds)
        carryOut(book.advance(to: now), confirmed: nil)
    }

    private mutating func send(_ relay: UInt64) -> UInt64? {
        #expect(owner == Self.ours, "sent to an AIoTF that it is not for; \(comment)")
        guard !isDead else { return nil }
        // One that was confirmed over an earlier connection before the book heard of it comes once more, at any place.
        if let next = owed.first, spool.contains(where: { $0.relay == relay }) {
            #expect(next == relay, "what waited goes first, once and in order; \(comment)")
            owed.removeFirst()
        }
        lastFrame += 1
        frames.append((lastFrame, relay, now))
        return lastFrame
    }

    private mutating func carryOut(_ steps: [RelayBook.Step], confirmed: UInt64?) {
        for step in steps {
            switch step {
            case .relayed(let id):
                answers[id, default: 0] += 1
                #expect(lastSequence > 0 && !unwritten.contains(id), "acknowledged before it is durable; \(comment)")
            case .notRelayed(let id):
                answers[id, default: 0] += 1
                #expect(refused.contains(id), "\(comment)")
            case .send(_, let sequence, let octets):
                let relay = octets.enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) }
                book.sent(sequence, over: Self.link, frame: send(relay), at: now)
            case .remove(let sequences):
                for sequence in sequences { remove(sequence, confirmed) }
            }
        }
    }

    private mutating func remove(_ sequence: UInt64, _ confirmed: UInt64?) {
        // One that was confirmed before the book heard of it is taken off once more; the spool does not mind.
        guard let index = spool.firstIndex(where: { $0.sequence == sequence }) else { return }
        let relay = spool.remove(at: index).relay
        let sent = frames.filter { $0.relay == relay }
        if answersProbes {
            #expect(sent.contains { $0.number <= confirmed ?? 0 }, "removed, and the AIoTF may not have it; \(comment)")
        } else {
            let isOld = sent.contains { now - $0.time >= RelayBook.unprobedDelivery }
            #expect(isOld, "removed before the connection has lasted; \(comment)")
        }
    }
}
