import AIoTBase
import AIoTSecurity
import NGAP

// MARK: - Step 3: the request

extension AIoTF {
    mutating func sendRequest(to reader: ConnectedReader) {
        guard var run else { return }
        let nonce1 = Nonce(drawnFrom: &generator)
        lastCorrelation = (lastCorrelation + 1) % 65_536
        guard let page = makePage(run.target, nonce1: nonce1) else {
            finish()
            return
        }
        let records = self.records(for: run.target)
        let hasFollowOn =
            run.order.command != nil
            || records.contains { $0.configuration.profile.contains(.networkAuthentication) }
        run.requests += 1
        run.request = RequestState(
            reader: reader, correlation: lastCorrelation, nonce1: nonce1, target: run.target, counter: page.counter,
            hasFollowOn: hasFollowOn, candidates: Candidates(records, kind: run.target.kind, nonce1: nonce1),
            foundBefore: run.reported.count)
        run.phase = .active
        run.deadline = now + configuration.guardTime
        self.run = run
        let size = records.map { Self.accessResponseOctets($0, kind: run.target.kind) }.max() ?? 18
        send(
            .inventoryRequest(
                InventoryRequest(
                    session: sessionName(lastCorrelation), deviceIdentification: page.identification,
                    assistance: InventoryAssistanceInformation(
                        expectedD2RMsgSize: min(max(size, 1), 256),
                        approximateNoofTargetDevices: min(max(records.count, 1), 65_535)),
                    followonCommandIndication: hasFollowOn, randN: NGAPBitString(octets: nonce1.octets))),
            to: reader.id)
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
