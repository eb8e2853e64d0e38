package import AIoTBase

/// The part of a paging that names its device or group (`spec/1 "Messages"`).
package struct PagingIdentity: Hashable, Sendable {
    /// The configured profile, with bit 7 in a group paging.
    package var profile: SecurityProfile
    package var algorithms: SecurityAlgorithms
    /// Present exactly when profile bit 5 is on.
    package var tag: PagingTag?
    /// Device or group ID, then the counter when profile bit 0 is on, under k_AIoT.
    package var protectedBlock: [UInt8]

    package init(
        profile: SecurityProfile, algorithms: SecurityAlgorithms, tag: PagingTag?, protectedBlock: [UInt8]
    ) {
        self.profile = profile
        self.algorithms = algorithms
        self.tag = tag
        self.protectedBlock = protectedBlock
    }

    /// From the octets of a non-empty identity, which end with its protected block.
    package init(decoding octets: [UInt8]) throws(NASDecodingError) {
        var reader = NASReader(fields: octets)
        profile = SecurityProfile(rawValue: try reader.octet())
        let octet = try reader.octet()
        guard let algorithms = SecurityAlgorithms(octet: octet) else { throw .undefinedAlgorithms(octet) }
        self.algorithms = algorithms
        tag = profile.contains(.pagingTag) ? PagingTag(try reader.octets(2)) : nil
        protectedBlock = try reader.protectedBlock()
    }

    package func encoded() throws(NASEncodingError) -> [UInt8] {
        guard profile.contains(.pagingTag) == (tag != nil) else { throw .pagingTag }
        guard !protectedBlock.isEmpty else { throw .emptyBlock }
        return [profile.rawValue, algorithms.octet] + (tag?.octets ?? []) + protectedBlock
    }
}

/// Whom the AIoTF pages, with what it needs to form the identity.
package enum PagingTarget: Equatable, Sendable {
    case single(deviceID: [UInt8], key: SecretKey)
    case group(groupID: [UInt8], key: SecretKey)
    case all

    package var kind: PagingTargetKind {
        switch self {
        case .single: .single
        case .group: .group
        case .all: .all
        }
    }
}

extension PagingIdentity {
    /// The identity that pages `target` under `nonce1` (`spec/1` step 3); `nil`, an empty identity, for all devices.
    ///
    /// `counter` is that of the key which protects the identity; it is left out where replay protection is off.
    /// Whether the configuration admits the target is for `SecurityConfiguration.refusals(for:)` to say, once, when it
    /// is configured.
    package static func make(
        for target: PagingTarget, configuration: SecurityConfiguration, counter: UInt32, nonce1: Nonce,
        cost: inout CryptoCost
    ) throws(NASEncodingError) -> PagingIdentity? {
        switch target {
        case .single(let id, let key):
            let profile = configuration.profile.subtracting(.groupPaging)
            return try make(id, key, profile, configuration.algorithms, counter, nonce1, &cost)
        case .group(let id, let key):
            let profile = configuration.profile.union(.groupPaging)
            return try make(id, key, profile, configuration.algorithms, counter, nonce1, &cost)
        case .all:
            return nil
        }
    }

    private static func make(
        _ id: [UInt8], _ key: SecretKey, _ profile: SecurityProfile, _ algorithms: SecurityAlgorithms,
        _ counter: UInt32, _ nonce1: Nonce, _ cost: inout CryptoCost
    ) throws(NASEncodingError) -> PagingIdentity {
        guard NASLimits.idOctets.contains(id.count) else { throw .idLength(id.count) }
        let kAIoT = KeyDerivation.kAIoT(
            from: key, nonce1: nonce1, profile: profile, algorithms: algorithms, cost: &cost)
        var protection = Protection(key: kAIoT, algorithms: algorithms)
        let plaintext = PagingPlaintext(id: id, counter: profile.contains(.replayProtection) ? counter : nil)
        let block = protection.protect(
            plaintext.octets, count: Protection.pagingCount, direction: .r2d, cost: &cost)
        guard let block else { throw .protectionFailed }
        let tag =
            profile.contains(.pagingTag) ? KeyDerivation.pagingTag(from: key, counter: counter, cost: &cost) : nil
        return PagingIdentity(profile: profile, algorithms: algorithms, tag: tag, protectedBlock: block)
    }
}

/// What the protected block of a paging identity holds.
package struct PagingPlaintext: Hashable, Sendable {
    /// Device or group ID, 1 to 32 octets.
    package var id: [UInt8]
    /// Present exactly when replay protection is on.
    package var counter: UInt32?

    package init(id: [UInt8], counter: UInt32?) {
        self.id = id
        self.counter = counter
    }

    /// `nil` when there is no room for an ID of 1 to 32 octets.
    package init?(octets: [UInt8], hasCounter: Bool) {
        let counterOctets = hasCounter ? 4 : 0
        guard NASLimits.idOctets.contains(octets.count - counterOctets) else { return nil }
        id = Array(octets.dropLast(counterOctets))
        counter = hasCounter ? octets.suffix(4).reduce(0) { $0 << 8 | UInt32($1) } : nil
    }

    package var octets: [UInt8] { id + (counter.map(bigEndianOctets) ?? []) }
}
