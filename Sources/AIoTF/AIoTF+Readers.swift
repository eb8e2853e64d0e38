import AIoTBase
import NGAP

// MARK: - Readers come and go

extension AIoTF {
    /// A reader without A-IoT support, or that broadcasts another PLMN, cannot be served. One that presents itself again
    /// has begun anew, also where its old connection has not been noticed to be gone. Another one with the gNB ID of one
    /// that is connected is refused: each would lose what the other has open.
    mutating func setUp(_ message: NGSetupRequest, _ reader: ReaderID) {
        lose(reader)
        let areas = message.supportedTAs.filter { $0.plmns.contains { $0.plmn == configuration.plmn } }
        guard !areas.isEmpty, message.aiotSupport != nil else {
            send(.ngSetupFailure(NGSetupFailure(cause: areas.isEmpty ? .unknownPLMN : .semanticError)), to: reader)
            return
        }
        let identity = ReaderIdentity(globalGNBID: message.globalGNBID, name: message.ranNodeName)
        if let old = readers.first(where: { $0.identity.globalGNBID == identity.globalGNBID }) {
            guard old.identity == identity else {
                send(.ngSetupFailure(NGSetupFailure(cause: .omIntervention)), to: reader)
                put(.close(reader, .gnbIDInUse(by: old.identity.name ?? "a reader without a name")))
                return
            }
            lose(old.id)
            put(.close(old.id, .replaced))
        }
        guard readers.count < configuration.readerLimit else {
            send(.ngSetupFailure(NGSetupFailure(cause: .controlProcessingOverload)), to: reader)
            put(.close(reader, .tooManyReaders(limit: configuration.readerLimit)))
            return
        }
        // Its spool comes before the answers to the releases: counters that it confirms must not be paged again.
        let isRemembered = orphans.contains { requests[$0]?.reader == identity }
        readers.append(
            ConnectedReader(
                id: reader, identity: identity, areas: Set(areas.map(\.tac)),
                settlesUntil: isRemembered ? now + configuration.releaseTime : nil))
        send(
            .ngSetupResponse(
                NGSetupResponse(
                    amfName: configuration.name,
                    servedGUAMIs: [GUAMI(plmn: configuration.plmn, region: 1, set: 1, pointer: 0)],
                    plmnSupport: [.init(plmn: configuration.plmn, slices: [SNSSAI(sst: 1)])],
                    aiotfIdentifier: configuration.aiotfIdentifier, aiotfName: AIOTFName(visible: configuration.name),
                    supportsProbes: message.supportsProbes)),
            to: reader)
        for correlation in orphans where requests[correlation]?.reader == identity {
            sendRelease(of: correlation, to: reader)
        }
        mayGoOn = true
    }

    /// Readers that have said all they had kept, or have had time enough.
    mutating func settleReaders() {
        for index in readers.indices {
            guard let end = readers[index].settlesUntil else { continue }
            let identity = readers[index].identity
            guard end <= now || !orphans.contains(where: { requests[$0]?.reader == identity }) else { continue }
            readers[index].settlesUntil = nil
            mayGoOn = true
        }
    }

    /// The link to a reader is gone, or begins anew; what it was doing is asked for again.
    mutating func lose(_ reader: ReaderID) {
        readers.removeAll { $0.id == reader }
        for id in arrivals {
            guard let run = runs[id], let correlation = run.correlation,
                requests[correlation]?.connection == reader
            else { continue }
            note("its link was lost", id)
            orphan(correlation)
            if case .releasing(let isRestart) = run.phase {
                released(id, isRestart: isRestart)
            } else {
                released(id, isRestart: plansAnother(id, afterFailure: true))
            }
        }
        mayGoOn = true
    }
}

// MARK: - Which order goes to which reader

extension AIoTF {
    /// Puts waiting orders, the oldest first, to readers that are free.
    mutating func goOn() {
        settleReaders()
        guard mayGoOn else { return }
        mayGoOn = false
        for id in arrivals { putToReader(id) }
    }

    private mutating func putToReader(_ id: UInt64) {
        guard let run = runs[id], run.phase == .toRequest, run.deadline == nil || run.patience != nil else { return }
        let suitable = readers.filter { mayAsk($0, run) }
        guard !suitable.isEmpty else {
            // A reader that was lost before it was through is waited for.
            if run.turn == nil, !run.asked.isEmpty, !awaitsReader(run) { finish(id) }
            return
        }
        let current = suitable.first { $0.identity == run.turn?.reader }
        let target = current == nil ? run.order.target : run.target
        let atHand = runs.values.compactMap { $0.correlation.flatMap { requests[$0] } }
        guard !atHand.contains(where: { $0.target == target }) else { return }
        let free = (current.map { [$0] } ?? suitable).first { reader in
            reader.settlesUntil == nil && !atHand.contains { $0.connection == reader.id }
        }
        guard let free else { return }
        if run.order.target != .all, missingDevices(run).isEmpty { return finish(id) }
        sendRequest(id, target, to: free)
    }

    /// Whether a reader that has not been asked again since it was lost may still come back with what it has found.
    private mutating func awaitsReader(_ run: InventoryRun) -> Bool {
        guard orphans.contains(where: { isAway(requests[$0], run) }) else { return false }
        let end = run.patience ?? now + configuration.returnTime
        runs[run.id]?.patience = end
        runs[run.id]?.deadline = end
        return now < end
    }

    private func isAway(_ request: RequestState?, _ run: InventoryRun) -> Bool {
        guard let request, request.orderID == run.id else { return false }
        return !run.asked.contains(request.reader) && !readers.contains { $0.identity == request.reader }
    }

    private func mayAsk(_ reader: ConnectedReader, _ run: InventoryRun) -> Bool {
        guard !run.asked.contains(reader.identity) else { return false }
        guard run.requestsAt[reader.identity] != nil || run.requestsAt.count < configuration.readerLimit else {
            return false
        }
        switch run.order.scope {
        case .anywhere: return true
        case .areas(let codes): return codes.contains(where: reader.areas.contains)
        case .readers(let addresses): return addresses.contains { isAddress($0, of: reader) }
        }
    }

    private func isAddress(_ address: ReaderAddress, of reader: ConnectedReader) -> Bool {
        reader.identity.globalGNBID.plmn == configuration.plmn
            && reader.identity.globalGNBID.gnbID == address.gnbID
    }

    /// What an order's scope means for one of its readers.
    func serviceArea(of scope: InventoryScope, at reader: ConnectedReader) -> ServiceAreaInformation {
        switch scope {
        case .anywhere:
            ServiceAreaInformation()
        case .areas(let codes):
            ServiceAreaInformation(areas: codes.map { AIoTArea(plmn: configuration.plmn, areaCode: $0) })
        case .readers(let addresses):
            ServiceAreaInformation(
                readers: addresses.filter { isAddress($0, of: reader) }.map {
                    RequestedReader(globalGNBID: reader.identity.globalGNBID, readerIndex: $0.readerIndex)
                })
        }
    }
}

extension InventoryScope {
    /// Whether it names anything, and nothing that an Inventory Request cannot hold.
    var isUsable: Bool {
        switch self {
        case .anywhere: true
        case .areas(let codes): (1...256).contains(codes.count) && codes.allSatisfy { $0.count == 3 }
        case .readers(let addresses):
            (1...256).contains(addresses.count) && addresses.allSatisfy { (1...65_535).contains($0.readerIndex) }
        }
    }
}

extension Cause {
    fileprivate static let unknownPLMN = Cause.misc(4)
}
