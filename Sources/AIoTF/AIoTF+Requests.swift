import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Step 3: the request

extension AIoTF {
    mutating func sendRequest(_ id: UInt64, _ target: InventoryTarget, to reader: ConnectedReader) {
        guard var run = runs[id] else { return }
        let nonce1 = Nonce(drawnFrom: &generator)
        let correlation = nextCorrelation()
        guard let page = makePage(target, nonce1: nonce1) else { return finish(id) }
        let records = self.records(for: target)
        let stored = StoredRequest(
            orderID: id, correlation: correlation, reader: reader.identity, nonce1: nonce1, target: target,
            counter: page.counter,
            hasFollowOn: run.order.command != nil
                || records.contains { $0.configuration.profile.contains(.networkAuthentication) })
        if run.turn?.reader != reader.identity { run.turn = InventoryRun.Turn(reader: reader.identity) }
        run.requestsAt[reader.identity, default: 0] += 1
        run.requests += 1
        run.target = target
        run.correlation = correlation
        run.phase = .active
        run.patience = nil
        run.deadline = now + configuration.guardTime
        runs[id] = run
        var request = RequestState(stored, connection: reader.id)
        request.foundBefore = run.reported.count
        request.candidates = Candidates(records, kind: target.kind, nonce1: nonce1)
        requests[correlation] = request
        put(.persist(.correlation(correlation)))
        put(.persist(.request(stored)))
        let size = records.map { Self.accessResponseOctets($0, kind: target.kind) }.max() ?? 18
        send(
            .inventoryRequest(
                InventoryRequest(
                    session: sessionName(correlation), deviceIdentification: page.identification,
                    serviceArea: serviceArea(of: run.order.scope, at: reader),
                    assistance: InventoryAssistanceInformation(
                        expectedD2RMsgSize: min(max(size, 1), 256),
                        approximateNoofTargetDevices: min(max(records.count, 1), 65_535)),
                    followonCommandIndication: stored.hasFollowOn, randN: NGAPBitString(octets: nonce1.octets))),
            to: reader.id)
    }

    /// The next number that no request has; there are more numbers than requests at hand and remembered.
    private mutating func nextCorrelation() -> Int {
        repeat { lastCorrelation = (lastCorrelation + 1) % 65_536 } while requests[lastCorrelation] != nil
        return lastCorrelation
    }

    private struct Page {
        var identification: DeviceIdentification
        var counter: UInt32?
    }

    /// Step 3: the paging identity, its counter moved durably before it leaves.
    private mutating func makePage(_ target: InventoryTarget, nonce1: Nonce) -> Page? {
        var cost = CryptoCost()
        switch target {
        case .all:
            return Page(identification: .allDevices, counter: nil)
        case .device(let id):
            guard let record = registry.devices[id] else { return nil }
            var counter: UInt32 = 0
            let isCounted = record.configuration.profile.contains(.replayProtection)
            if isCounted {
                registry.updateDevice(id) { counter = $0.next(window: record.configuration.counterWindow) }
                if let state = registry.devices[id]?.counter {
                    put(.persist(.deviceCounter(deviceID: id, state)))
                }
            }
            let octets = identity(.single(deviceID: id, key: record.key), record.configuration, counter, nonce1, &cost)
            return octets.map {
                Page(identification: .singleDevice(NGAPBitString(octets: $0)), counter: isCounted ? counter : nil)
            }
        case .group(let id):
            guard let record = registry.groups[id] else { return nil }
            var counter: UInt32 = 0
            let isCounted = record.configuration.profile.contains(.replayProtection)
            if isCounted {
                registry.updateGroup(id) { counter = $0.next(window: record.configuration.counterWindow) }
                if let state = registry.groups[id]?.counter { put(.persist(.groupCounter(groupID: id, state))) }
            }
            let octets = identity(.group(groupID: id, key: record.key), record.configuration, counter, nonce1, &cost)
            return octets.map {
                Page(identification: .groupDevices(NGAPBitString(octets: $0)), counter: isCounted ? counter : nil)
            }
        }
    }

    private func identity(
        _ target: PagingTarget, _ configuration: SecurityConfiguration, _ counter: UInt32, _ nonce1: Nonce,
        _ cost: inout CryptoCost
    ) -> [UInt8]? {
        let made = try? PagingIdentity.make(
            for: target, configuration: configuration, counter: counter, nonce1: nonce1, cost: &cost)
        return made.flatMap { $0 }.flatMap { try? $0.encoded() }
    }

    /// Octets of the longest access response that the profile lets a device give.
    static func accessResponseOctets(_ record: DeviceRecord, kind: PagingTargetKind) -> Int {
        let configuration = record.configuration
        let flags = configuration.accessResponseFlags(for: kind)
        let mac = configuration.algorithms.macOctets
        var octets = 18
        if flags.contains(.keyHint) { octets += 2 }
        if flags.contains(.ares) { octets += 8 }
        if flags.contains(.id) { octets += record.id.count + mac }
        guard kind != .all,
            configuration.profile.isSuperset(of: [.replayProtection, .counterResynchronisation])
        else { return octets }
        return max(octets, 18 + (flags.contains(.ares) ? 8 : 0) + 4 + mac)
    }
}
