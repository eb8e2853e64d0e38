import AIoTBase
import AIoTRelay
import NGAP

// MARK: - Links

extension Reader {
    /// A connection stands: the NG Setup Request goes out. What is open stays so until the AIoTF has accepted this reader.
    mutating func connect(_ link: LinkID) {
        congested.remove(link)
        if case .down(let since) = links[link] {
            links[link] = .settingUp(since: since)
        } else {
            links[link] = .settingUp(since: nil)
        }
        sendSetupRequest(to: link)
    }

    mutating func disconnect(_ link: LinkID, at time: AirTime) {
        congested.remove(link)
        switch links[link] {
        case .settingUp(let since): links[link] = .down(since: since ?? time)
        case .up: links[link] = .down(since: time)
        case .down, nil: break
        }
    }

    /// The AIoTF has accepted this reader: what was open over the link before has ended with the connection before.
    mutating func setUp(_ link: LinkID, by message: NGSetupResponse) {
        endInventories(of: link)
        links[link] = .up(aiotfIdentifier: message.aiotfIdentifier)
    }

    /// When inventories whose link is down end; until then the AIoTF may come back for them.
    var linkHolds: [(link: LinkID, end: AirTime)] {
        let hold = AirDuration.milliseconds(Int64(configuration.linkHoldMilliseconds))
        return links.sorted { $0.key.value < $1.key.value }.compactMap { link, state in
            guard case .down(let since) = state, inventories.contains(where: { $0.request.name.link == link }) else {
                return nil
            }
            return (link, since + hold)
        }
    }
}

// MARK: - Ends

extension Reader {
    /// Sessions are gone: what was paged is given up, what has not been paged yet may still come.
    mutating func loseCarrier(cause: Cause, reason: EndReason) {
        transmitting = nil
        for name in inventories.filter({ $0.rounds > 0 }).map(\.request.name) {
            giveUp(name, .carrierLost, reason: reason, cause: cause)
        }
    }

    /// A radio that went took the carrier with it; when it is back the next frame brings the carrier up again.
    mutating func changeRadio(isUsable: Bool, at time: AirTime) {
        guard isUsable == (radioAwaySince != nil) else { return }
        radioAwaySince = isUsable ? nil : time
        guard !isUsable else { return }
        endWait(at: time)
        air.turnOff(at: time)
        loseCarrier(cause: .hardwareFailure, reason: .radioLost)
    }

    /// Until when inventories wait for a radio that is away; nil where none does.
    var radioHold: AirTime? { inventories.isEmpty ? nil : radioHoldEnd }

    /// Whether the radio has been away for longer than an inventory waits for it.
    func isRadioLost(at time: AirTime) -> Bool { radioHoldEnd.map { $0 <= time } ?? false }

    private var radioHoldEnd: AirTime? {
        radioAwaySince.map { $0 + .milliseconds(Int64(configuration.radioHoldMilliseconds)) }
    }

    /// The radio does not come back: another reader may serve.
    mutating func endInventoriesWithoutRadio() {
        for name in inventories.map(\.request.name) {
            giveUp(name, .carrierLost, reason: .radioLost, cause: .hardwareFailure)
        }
    }

    /// The link has begun anew, or does not come back: its AIoTF asks again for what it still wants.
    mutating func endInventories(of link: LinkID) {
        for name in inventories.map(\.request.name) where name.link == link {
            giveUp(name, .released, reason: .linkLost, cause: nil)
        }
    }

    /// Ends an inventory that is not complete; the AIoTF hears of it where there is a cause.
    mutating func giveUp(
        _ name: AirRequest.Name, _ close: Exchange.CloseReason, reason: EndReason, cause: Cause?
    ) {
        withInventory(name) { $0.closeAll(close) }
        if let cause {
            tellReports(of: name)
            sendReleaseRequest(for: name, cause: cause)
        }
        remove(name, reason: reason)
    }

    /// What can still be brought to its end is; the rest the AIoTF gets back.
    mutating func goOnStopping() {
        guard isStopping, transmitting == nil else { return }
        for inventory in inventories where inventory.isAtRest {
            giveUp(inventory.request.name, .released, reason: .stopped, cause: .omIntervention)
        }
    }

    /// Lets the inventories behind it go first.
    mutating func moveToEnd(_ name: AirRequest.Name) {
        guard let index = inventories.firstIndex(where: { $0.request.name == name }) else { return }
        inventories.append(inventories.remove(at: index))
    }
}
