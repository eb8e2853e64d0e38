import AIoTBase
import AIoTSecurity

/// The key that protects a paging's identity: the device's own, or that of one of its groups.
private enum PagingKey {
    case device
    case group(Int)
}

extension DeviceNAS {
    /// Judges a paging PDU (`spec/1` step 6, first half).
    ///
    /// A fresh one moves the counter of the key that protects it before this returns. The same PDU again is addressed
    /// again, neither checked nor counted: that is a new round of the same transaction.
    package mutating func receivePaging(_ pdu: [UInt8]) -> PagingOutcome {
        cost.octetsReceived += pdu.count
        guard !nonVolatile.disabled else { return .silent(.disabled) }
        if let round = rounds.current, round.pdu == pdu { return repeated(pdu, round) }
        let paging: NASPaging
        do { paging = try NASPaging(decoding: pdu) } catch { return .silent(.undecodable(error)) }
        if let round = rounds.round(with: paging.nonce1) { return repeated(pdu, round) }
        guard let identity = paging.identity else { return acceptAll(pdu, paging.nonce1) }
        guard identity.profile.subtracting(.groupPaging) == profile, identity.algorithms == algorithms else {
            return .silent(.otherConfiguration)
        }
        var outcome = PagingOutcome.silent(.notInAGroup)
        for key in keys(for: identity) {
            outcome = judge(identity, under: key, pdu, paging.nonce1)
            if case .addressed = outcome { return outcome }
        }
        return outcome
    }

    /// A paging with a nonce1 that the device is answering already.
    private mutating func repeated(_ pdu: [UInt8], _ round: DeviceRound) -> PagingOutcome {
        guard round.pdu == pdu else { return .silent(.otherOctets) }
        if case .addressed = round.outcome, rounds.current?.nonce1 != round.nonce1 { return begin(round) }
        return round.outcome
    }

    /// An all-devices paging carries no profile and no counter: the device's own profile goes into k_AIoT.
    private mutating func acceptAll(_ pdu: [UInt8], _ nonce1: Nonce) -> PagingOutcome {
        let kAIoT = ownKAIoT(nonce1, profile)
        return begin(DeviceRound(kind: .all, pdu: pdu, nonce1: nonce1, kAIoT: kAIoT, keyHint: nil))
    }

    private func keys(for identity: PagingIdentity) -> [PagingKey] {
        guard identity.profile.contains(.groupPaging) else { return [.device] }
        return provisioning.groups.indices.map(PagingKey.group)
    }

    private mutating func judge(
        _ identity: PagingIdentity, under pagingKey: PagingKey, _ pdu: [UInt8], _ nonce1: Nonce
    ) -> PagingOutcome {
        if let tag = identity.tag, !tags(of: pagingKey).contains(tag) { return .silent(.otherTag) }
        let kAIoT = KeyDerivation.kAIoT(
            from: key(of: pagingKey), nonce1: nonce1, profile: identity.profile, algorithms: algorithms,
            cost: &cost.crypto)
        var protection = Protection(key: kAIoT, algorithms: algorithms)
        let octets = protection.unprotect(
            identity.protectedBlock, count: Protection.pagingCount, direction: .r2d, cost: &cost.crypto)
        guard let octets, let text = PagingPlaintext(octets: octets, hasCounter: profile.contains(.replayProtection))
        else { return .silent(.unverified) }
        guard isEqualInConstantTime(text.id, id(of: pagingKey)) else { return .silent(.otherID) }
        let isFresh = isFresh(text.counter, under: pagingKey)
        guard isFresh || profile.contains(.counterResynchronisation) else { return .silent(.stale) }
        let kind = isFresh ? DeviceRound.Kind.named : .stale(returnedCounter: counter(of: pagingKey))
        if isFresh { moveCounter(of: pagingKey, past: text.counter) }
        let ownKAIoT = if case .device = pagingKey { kAIoT } else { ownKAIoT(nonce1, identity.profile) }
        let keyHint = isFresh && algorithms.hasIntegrity ? ownKeyHint(ownKAIoT) : nil
        return begin(DeviceRound(kind: kind, pdu: pdu, nonce1: nonce1, kAIoT: ownKAIoT, keyHint: keyHint))
    }

    /// Makes `round` the current one; a session of another is over.
    private mutating func begin(_ round: DeviceRound) -> PagingOutcome {
        rounds.turn(to: round)
        session = nil
        return round.outcome
    }

    private mutating func ownKAIoT(_ nonce1: Nonce, _ pagedProfile: SecurityProfile) -> SecretKey {
        KeyDerivation.kAIoT(
            from: provisioning.key, nonce1: nonce1, profile: pagedProfile, algorithms: algorithms, cost: &cost.crypto)
    }

    private mutating func ownKeyHint(_ kAIoT: SecretKey) -> KeyHint? {
        profile.contains(.keyHint) ? KeyDerivation.keyHint(from: kAIoT, cost: &cost.crypto) : nil
    }
}

// MARK: - Counters

extension DeviceNAS {
    /// Whether `paged` is within the window ahead of the key's own counter, across the wrap of 32 bits; every paging is
    /// where replay protection is off.
    private func isFresh(_ paged: UInt32?, under key: PagingKey) -> Bool {
        guard let paged else { return true }
        return paged &- counter(of: key) <= provisioning.configuration.counterWindow
    }

    private mutating func moveCounter(of key: PagingKey, past paged: UInt32?) {
        let own = counter(of: key)
        let new = (paged ?? own) &+ 1
        switch key {
        case .device:
            nonVolatile.counter = new
            tags.advance(by: new &- own, to: new, cost: &cost.crypto)
        case .group(let index):
            nonVolatile.groupCounters[index] = new
            groupTags[index].advance(by: new &- own, to: new, cost: &cost.crypto)
        }
        cost.nonVolatileWrites += 1
    }

    private func counter(of key: PagingKey) -> UInt32 {
        switch key {
        case .device: nonVolatile.counter
        case .group(let index): nonVolatile.groupCounters[index]
        }
    }

    private func key(of key: PagingKey) -> SecretKey {
        switch key {
        case .device: provisioning.key
        case .group(let index): provisioning.groups[index].key
        }
    }

    private func id(of key: PagingKey) -> [UInt8] {
        switch key {
        case .device: provisioning.deviceID
        case .group(let index): provisioning.groups[index].id
        }
    }

    private func tags(of key: PagingKey) -> PagingTagWindow {
        switch key {
        case .device: tags
        case .group(let index): groupTags[index]
        }
    }
}
