import AIoTBase
import AIoTDevice
import AIoTSecurity
import Testing

/// A device and the network's knowledge of it, for tests of the NAS level.
struct SecurityWorld {
    let provisioning: DeviceProvisioning
    var device: DeviceNAS
    var generator: SeededGenerator

    /// Device ID of 4 octets, one group, 64 octets of memory holding their own offsets.
    init(
        profile: SecurityProfile, algorithms: UInt8 = 0x22, window: UInt32 = 0, counter: UInt32 = 0,
        groupCounter: UInt32 = 0, seed: UInt64 = 1
    ) throws {
        generator = SeededGenerator(seed: seed)
        let configuration = SecurityConfiguration(
            profile: profile, algorithms: try #require(SecurityAlgorithms(octet: algorithms)), counterWindow: window)
        provisioning = DeviceProvisioning(
            deviceID: [0xD0, 1, 2, 3], key: try #require(SecretKey(generator.octets(16))),
            configuration: configuration,
            groups: [DeviceGroup(id: [0x60, 1], key: try #require(SecretKey(generator.octets(16))))])
        let nonVolatile = DeviceNonVolatile(
            counter: counter, groupCounters: [groupCounter], memory: Array(0..<64))
        device = DeviceNAS(provisioning, nonVolatile: nonVolatile)
    }

    var configuration: SecurityConfiguration { provisioning.configuration }

    func target(_ kind: PagingTargetKind) -> PagingTarget {
        switch kind {
        case .single: .single(deviceID: provisioning.deviceID, key: provisioning.key)
        case .group: .group(groupID: provisioning.groups[0].id, key: provisioning.groups[0].key)
        case .all: .all
        }
    }

    func pagedProfile(_ kind: PagingTargetKind) -> SecurityProfile {
        kind == .group ? configuration.profile.union(.groupPaging) : configuration.profile
    }

    /// A paging PDU with a new nonce1.
    mutating func paging(_ kind: PagingTargetKind = .single, counter: UInt32 = 0) throws -> [UInt8] {
        try paging(for: target(kind), counter: counter)
    }

    mutating func paging(for target: PagingTarget, counter: UInt32 = 0) throws -> [UInt8] {
        let nonce1 = Nonce(drawnFrom: &generator)
        var cost = CryptoCost()
        let identity = try PagingIdentity.make(
            for: target, configuration: configuration, counter: counter, nonce1: nonce1, cost: &cost)
        return try NASPaging(nonce1: nonce1, identity: identity).encoded()
    }

    /// What the network derives for an access response of the device.
    func keys(for response: [UInt8], to paging: [UInt8], _ kind: PagingTargetKind = .single) throws -> SessionKeys {
        var cost = CryptoCost()
        let nonce1 = try NASPaging(decoding: paging).nonce1
        let kAIoT = KeyDerivation.kAIoT(
            from: provisioning.key, nonce1: nonce1, profile: pagedProfile(kind), algorithms: configuration.algorithms,
            cost: &cost)
        return SessionKeys(
            kAIoT: kAIoT, nonce1: nonce1, nonce2: try NASAccessResponse(decoding: response).nonce2,
            algorithms: configuration.algorithms, cost: &cost)
    }

    mutating func answer() -> [UInt8]? { device.makeAccessResponse(using: &generator) }

    mutating func accessResponse() throws -> [UInt8] {
        let pdu = answer()
        return try #require(pdu)
    }

    /// What the device sends after `pdu`, which it has not seen before.
    mutating func reply(to pdu: [UInt8]) throws -> [UInt8] {
        let outcome = device.receive(pdu)
        return try #require(outcome.reply)
    }

    /// Pages, takes the access response, and authenticates the network where it must.
    mutating func openSession(_ kind: PagingTargetKind = .single, counter: UInt32 = 0) throws -> NetworkSession {
        let paging = try paging(kind, counter: counter)
        guard case .addressed = device.receivePaging(paging) else { throw SecurityWorldError.notAddressed }
        let response = try accessResponse()
        var session = NetworkSession(keys: try keys(for: response, to: paging, kind))
        guard configuration.profile.contains(.networkAuthentication) else {
            session.d2rCount = 1
            return session
        }
        let report = try reply(to: session.networkResponse())
        #expect(try session.open(NASIDReport(decoding: report).protectedBlock) == provisioning.deviceID)
        return session
    }
}

enum SecurityWorldError: Error {
    case notAddressed
}

/// The network's end of a session.
struct NetworkSession {
    var keys: SessionKeys
    var r2dCount: UInt32 = 0
    var d2rCount: UInt32 = 0

    init(keys: SessionKeys) {
        self.keys = keys
    }

    func networkResponse() -> [UInt8] {
        var cost = CryptoCost()
        return NASNetworkResponse(nres: keys.nres(cost: &cost)).encoded()
    }

    /// A command under the next COUNT.
    mutating func command(_ command: FollowOnCommand) throws -> [UInt8] {
        try self.command(plaintext: command.plaintext())
    }

    mutating func command(plaintext: [UInt8]) throws -> [UInt8] {
        var cost = CryptoCost()
        defer { r2dCount += 1 }
        let block = keys.protection.protect(plaintext, count: r2dCount, direction: .r2d, cost: &cost)
        return try NASCommand(protectedBlock: try #require(block)).encoded()
    }

    /// The plaintext of the next block from the device.
    mutating func open(_ block: [UInt8]) -> [UInt8]? {
        var cost = CryptoCost()
        guard let text = keys.protection.unprotect(block, count: d2rCount, direction: .d2r, cost: &cost) else {
            return nil
        }
        d2rCount += 1
        return text
    }

    mutating func response(_ outcome: NASOutcome) throws -> FollowOnResponse {
        let pdu = try #require(outcome.reply)
        return try FollowOnResponse(plaintext: try #require(open(NASCommandResponse(decoding: pdu).protectedBlock)))
    }
}

extension NASOutcome {
    /// A first reply; repeated ones and silence are none.
    var reply: [UInt8]? {
        if case .reply(let pdu, repeated: false) = self { pdu } else { nil }
    }
}

extension PagingOutcome {
    var isFresh: Bool {
        if case .addressed(_, answersStale: false) = self { true } else { false }
    }

    var isStale: Bool {
        if case .addressed(_, answersStale: true) = self { true } else { false }
    }
}
