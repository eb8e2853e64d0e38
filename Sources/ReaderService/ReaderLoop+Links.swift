import AIoTBase
import AIoTLink
import AIoTReader
import Logging
import RadioFrontEnd
import Spool

extension ReaderLoop {
    mutating func handle(_ event: LinkEvent, of id: LinkID, told: AirTime, at now: AirTime) {
        guard shells.links.indices.contains(id.value) else { return }
        see(.link(id, event, told: told), at: now)
        switch event {
        case .connected:
            dropHeld(of: id)
            reader.handle(.linkUp(id), at: now)
        case .up(let identifier, let probes):
            tell("up", isUp: true, of: id)
            let spooled = shells.spool.pending(owner: identifier).map { ($0.sequence, $0.payload) }
            if !spooled.isEmpty {
                shells.log.notice(
                    "\(spooled.count) spooled messages go first", metadata: ["link": "\(shells.linkNames[id.value])"])
            }
            carryOut(
                book.linkUp(id, aiotfIdentifier: identifier, answersProbes: probes, spooled: spooled), at: now)
        case .received(let octets):
            held[id, default: []].append((octets, told))
            releaseHeld(at: now)
        case .confirmed(let frame):
            carryOut(book.confirmed(id, upTo: frame), at: now)
        case .congested(let isCongested):
            linkFacts[id.value].isCongested = isCongested
            reader.handle(.linkCongested(id, isCongested), at: now)
        case .down(let reason):
            tell("down: \(reason)", isUp: false, of: id)
            dropHeld(of: id)
            book.linkDown(id)
            reader.handle(.linkDown(id), at: now)
        }
    }

    /// Nothing that the AIoTF says is answered before all that was spooled for it has gone.
    mutating func releaseHeld(at now: AirTime) {
        for id in held.keys.sorted(by: { $0.value < $1.value }) where !book.isFlushing(id) {
            for (octets, told) in held.removeValue(forKey: id) ?? [] {
                see(.received(id, octets, told: told), at: now)
                log(octets, "from the AIoTF", id)
                reader.handle(.receivedFromAIoTF(id, octets), at: now)
                shells.links[id.value].processed()
            }
        }
    }

    private mutating func dropHeld(of id: LinkID) {
        for _ in held.removeValue(forKey: id) ?? [] { shells.links[id.value].processed() }
    }

    private mutating func tell(_ text: String, isUp: Bool, of id: LinkID) {
        linkFacts[id.value] = LinkFacts(name: shells.linkNames[id.value], isUp: isUp, isCongested: false, text: text)
        tellStatus()
    }

}
