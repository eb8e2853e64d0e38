import AIoTBase
import AIoTLink
import AIoTReader
import Spool

/// The local link: what its AIoTF gets does not outlive it, and is in no spool.
extension ReaderLoop {
    func isLocal(_ id: LinkID) -> Bool { id == shells.localLink }

    /// Links as they are told: the local one only while somebody is there.
    var shownLinks: [LinkFacts] {
        linkFacts.enumerated().filter { $0.element.isUp || !isLocal(LinkID($0.offset)) }.map(\.element)
    }

    /// Sent at once or not at all.
    mutating func carryOutLocally(_ relay: Relay, at now: AirTime) {
        let frame =
            book.maySend(relay) && shells.links.indices.contains(relay.link.value)
            ? shells.links[relay.link.value].send(relay.octets) : nil
        see(.relay(relay, frame: frame), at: now)
        if let frame {
            unconfirmed.append((relay.id, frame))
        } else {
            end(relay.id, isConfirmed: false, at: now)
        }
    }

    /// The local AIoTF has dealt with every frame up to this number.
    mutating func confirmLocally(upTo frame: UInt64, at now: AirTime) {
        let count = unconfirmed.prefix { $0.frame <= frame }.count
        let confirmed = unconfirmed[..<count]
        unconfirmed.removeFirst(count)
        for entry in confirmed { end(entry.relay, isConfirmed: true, at: now) }
    }

    /// The local AIoTF has gone for good.
    mutating func closeLocally(_ id: LinkID, at now: AirTime) {
        reader.handle(.linkClosed(id), at: now)
        let lost = unconfirmed
        unconfirmed = []
        for entry in lost { end(entry.relay, isConfirmed: false, at: now) }
    }

    /// Whoever looks at the loop waits for the spool's answer to a relay.
    private mutating func end(_ relay: UInt64, isConfirmed: Bool, at now: AirTime) {
        see(.spooled(relay: relay, isConfirmed ? .success(0) : .failure(.closed), told: now), at: now)
        reader.handle(isConfirmed ? .relayed(id: relay) : .notRelayed(id: relay), at: now)
    }
}
