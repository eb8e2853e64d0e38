import AIoTBase
import AIoTReader
import Logging
import RadioFrontEnd
import Spool

extension ReaderLoop {
    mutating func settle(at now: AirTime) throws(StateError) {
        while true {
            try keepEpoch()
            guard let order = reader.nextOutput() else { break }
            carryOut(order, at: now)
        }
        for (place, link) in shells.links.enumerated() {
            let isBusy = reader.hasInventories(of: LinkID(place))
            if busy[place] != isBusy { link.setBusy(isBusy) }
            busy[place] = isBusy
        }
    }

    /// Before an ID of a new epoch leaves, no later start can give it again.
    private mutating func keepEpoch() throws(StateError) {
        guard reader.epoch != epoch else { return }
        try shells.epochFile.write(reader.epoch)
        epoch = reader.epoch
    }

    private mutating func carryOut(_ order: ReaderOrder, at now: AirTime) {
        switch order {
        case .carrier(let isOn):
            isCarrierOn = isOn
            shells.frontEnd.setCarrier(isOn: isOn, at: now)
            see(.carrier(isOn: isOn), at: now)
        case .transmit(let transmission):
            shells.frontEnd.transmit(transmission, at: now)
            see(.transmit(transmission), at: now)
            log(transmission)
        case .listen(let duration):
            shells.frontEnd.listen(for: duration)
        case .sendToAIoTF(let link, let octets):
            if shells.links.indices.contains(link.value) {
                let frame = shells.links[link.value].send(octets)
                see(.sent(link, octets, frame: frame), at: now)
                log(octets, "to the AIoTF", link)
            }
        case .relay(let relay):
            carryOut(relay, at: now)
        case .notice(let notice):
            see(.notice(notice), at: now)
            log(notice)
        }
    }

    /// Sent at once where the link is up, and spooled at the same time: the AIoTF may hear of a device before the disk has
    /// it, the device is acknowledged after.
    private mutating func carryOut(_ relay: Relay, at now: AirTime) {
        let isUp =
            book.maySend(relay) && !book.isFlushing(relay.link) && shells.links.indices.contains(relay.link.value)
        let frame = isUp ? shells.links[relay.link.value].send(relay.octets) : nil
        book.ordered(relay, frame: frame, at: now)
        see(.relay(relay, frame: frame), at: now)
        log(relay.octets, frame == nil ? "for the AIoTF, spooled" : "to the AIoTF, and spooled", relay.link)
        let put = shells.put
        shells.spool.append(owner: relay.aiotfIdentifier, payload: relay.octets) { result in
            put(.spooled(relay: relay.id, result))
        }
    }

    mutating func spooled(_ relay: UInt64, _ result: Result<UInt64, SpoolError>, told: AirTime, at now: AirTime) {
        see(.spooled(relay: relay, result, told: told), at: now)
        switch result {
        case .success(let sequence): carryOut(book.spooled(relay, sequence: sequence), at: now)
        case .failure(let error):
            tellRefusal(error)
            carryOut(book.notSpooled(relay), at: now)
        }
    }

    /// Told when it begins, and again when the reason changes: each device that comes meanwhile would be a line.
    private mutating func tellRefusal(_ error: SpoolError) {
        guard error != toldRefusal else { return }
        toldRefusal = error
        shells.log.error("devices are not acknowledged: \(error)")
    }

    mutating func carryOut(_ steps: [RelayBook.Step], at now: AirTime) {
        for step in steps {
            switch step {
            case .relayed(let id):
                toldRefusal = nil
                reader.handle(.relayed(id: id), at: now)
            case .notRelayed(let id): reader.handle(.notRelayed(id: id), at: now)
            case .remove(let sequences): shells.spool.remove(sequences)
            case .send(let link, let sequence, let octets):
                guard shells.links.indices.contains(link.value) else { continue }
                let frame = shells.links[link.value].send(octets)
                book.sent(sequence, over: link, frame: frame, at: now)
                see(.sent(link, octets, frame: frame), at: now)
            }
        }
    }
}
