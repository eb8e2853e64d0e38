import ControlSocket
import ReaderService

/// Takes the request of a client and answers it.
struct RequestDesk: Sendable {
    let control: ReaderControl
    let reader: ReaderControl.Reader
    let extras: ReaderControlService.Extras

    func serve(_ connection: ControlConnection) async {
        guard let line = await connection.next() else { return }
        do {
            var fields = try ControlFields(line, example: ReaderRequest.example)
            let request = try ReaderRequest(&fields)
            if request != .link { connection.hearNoMore() }
            switch request {
            case .status:
                guard await control.nextFacts(asking: reader) != nil else { return tellOver(connection) }
                connection.send(control.status(capture: extras.captureStatus?()))
            case .events(let exchanges): await tellEvents(exchanges: exchanges, to: connection)
            case .drain(let isOn, let waits): await drain(isOn, waits: waits, for: connection)
            case .reload: connection.send(await reload())
            case .capture:
                connection.send(
                    await extras.capture?(fields) ?? .error("this daemon cannot capture: see `record` in its help"))
            case .link:
                if let link = extras.link {
                    await link(connection)
                } else {
                    connection.send(.error("this daemon takes no inventories over its control socket"))
                }
            }
        } catch {
            connection.send(.error(error.text))
        }
    }

    private func tellOver(_ connection: ControlConnection) {
        connection.send(.busy("the daemon is stopping: try again when it has been started anew"))
    }

    /// The status first, so that nothing is missed between the two.
    private func tellEvents(exchanges: Bool, to connection: ControlConnection) async {
        guard await control.nextFacts(asking: reader) != nil else { return tellOver(connection) }
        connection.send(control.status(capture: extras.captureStatus?()))
        control.subscribe(
            connection.id, EventSubscriber(wantsExchanges: exchanges) { connection.send($0) })
        await connection.closed()
        control.unsubscribe(connection.id)
    }

    private func drain(_ isOn: Bool, waits: Bool, for connection: ControlConnection) async {
        reader.drain(isOn)
        guard var facts = await control.nextFacts(asking: reader) else { return tellOver(connection) }
        while true {
            guard facts.isDraining == isOn else {
                return _ = connection.send(.error("somebody else has ended the drain: inventories are taken again"))
            }
            var line = JSONLine(type: "drain")
            line.add("draining", isOn)
            line.add("openInventories", facts.openInventories)
            let isLast = !waits || facts.openInventories == 0
            connection.send(line)
            if isLast || connection.isOver { return }
            let before = facts.openInventories
            repeat {
                guard let next = await control.nextFacts() else { return tellOver(connection) }
                facts = next
            } while facts.openInventories == before && facts.isDraining == isOn && !connection.isOver
        }
    }

    private func reload() async -> JSONLine {
        switch await reader.reload() {
        case .applied(let changed):
            var line = JSONLine(type: "reload")
            line.add("applied", true)
            line.add("changed", changed)
            return line
        case .refused(let reason): return .error("reload refused, all is as it was: \(reason)")
        }
    }
}
