import AIoTBase
import AIoTDevice
import AIoTSecurity

/// What a vector of the security procedure gives; everything else in it follows from this.
struct SecurityVectorInputs {
    let kind: PagingTargetKind
    let deviceID: [UInt8]
    let key: SecretKey
    let group: DeviceGroup
    let configuration: SecurityConfiguration
    let deviceCounter: UInt32
    let groupCounter: UInt32
    /// `nil` where the paging carries no counter.
    let pagedCounter: UInt32?
    let nonce1: Nonce
    let nonce2: Nonce

    /// `nil`, with a mismatch for each field at fault, when one is absent or makes no sense.
    init?(_ fields: inout VectorFields) {
        let kind = Self.kind(&fields)
        let deviceID = Self.id("deviceID", &fields)
        let groupID = Self.id("groupID", &fields)
        let key = Self.key("k", &fields)
        let groupKey = Self.key("groupKey", &fields)
        let configuration = Self.configuration(&fields)
        let deviceCounter = Self.counter("deviceCounter", &fields)
        let groupCounter = Self.counter("groupCounter", &fields)
        let nonce1 = Self.nonce("nonce1", &fields)
        let nonce2 = Self.nonce("nonce2", &fields)
        guard let kind, let deviceID, let groupID, let key, let groupKey, let configuration, let deviceCounter,
            let groupCounter, let nonce1, let nonce2
        else { return nil }
        self.kind = kind
        self.deviceID = deviceID
        self.key = key
        group = DeviceGroup(id: groupID, key: groupKey)
        self.configuration = configuration
        self.deviceCounter = deviceCounter
        self.groupCounter = groupCounter
        self.nonce1 = nonce1
        self.nonce2 = nonce2
        if configuration.profile.contains(.replayProtection), kind != .all {
            guard let counter = Self.counter("pagedCounter", &fields) else { return nil }
            pagedCounter = counter
        } else {
            pagedCounter = nil
        }
    }

    var pagedProfile: SecurityProfile {
        kind == .group ? configuration.profile.union(.groupPaging) : configuration.profile
    }

    var target: PagingTarget {
        switch kind {
        case .single: .single(deviceID: deviceID, key: key)
        case .group: .group(groupID: group.id, key: group.key)
        case .all: .all
        }
    }

    /// The device as it is before the paging; its memory holds 0x11 throughout.
    var device: DeviceNAS {
        let provisioning = DeviceProvisioning(
            deviceID: deviceID, key: key, configuration: configuration, groups: [group])
        let nonVolatile = DeviceNonVolatile(
            counter: deviceCounter, groupCounters: [groupCounter], memory: [UInt8](repeating: 0x11, count: 64))
        return DeviceNAS(provisioning, nonVolatile: nonVolatile)
    }

    private static func kind(_ fields: inout VectorFields) -> PagingTargetKind? {
        let kinds: [String: PagingTargetKind] = ["single": .single, "group": .group, "all": .all]
        guard let mode = fields.text("mode") else { return nil }
        guard let kind = kinds[mode] else {
            fields.report("mode", expected: "single, group or all", got: mode)
            return nil
        }
        return kind
    }

    private static func configuration(_ fields: inout VectorFields) -> SecurityConfiguration? {
        let profile = fields.number("profile", in: 0...127)
        let octet = fields.number("algorithms", in: 0...255)
        let window = fields.number("counterWindow", in: 0...Int(SecurityConfiguration.maximumCounterWindow))
        guard let profile, let octet, let window else { return nil }
        guard let algorithms = SecurityAlgorithms(octet: UInt8(octet)) else {
            fields.report("algorithms", expected: "0, 2, 32 or 34", got: "\(octet)")
            return nil
        }
        return SecurityConfiguration(
            profile: SecurityProfile(rawValue: UInt8(profile)), algorithms: algorithms, counterWindow: UInt32(window))
    }

    private static func id(_ name: String, _ fields: inout VectorFields) -> [UInt8]? {
        guard let octets = fields.octets(name) else { return nil }
        guard NASLimits.idOctets.contains(octets.count) else {
            fields.report(name, expected: "1 to 32 octets", got: "\(octets.count)")
            return nil
        }
        return octets
    }

    private static func key(_ name: String, _ fields: inout VectorFields) -> SecretKey? {
        guard let octets = fields.octets(name) else { return nil }
        guard let key = SecretKey(octets) else {
            fields.report(name, expected: "16 octets", got: "\(octets.count)")
            return nil
        }
        return key
    }

    static func nonce(_ name: String, _ fields: inout VectorFields) -> Nonce? {
        guard let octets = fields.octets(name) else { return nil }
        guard let nonce = Nonce(octets) else {
            fields.report(name, expected: "16 octets", got: "\(octets.count)")
            return nil
        }
        return nonce
    }

    private static func counter(_ name: String, _ fields: inout VectorFields) -> UInt32? {
        fields.number(name, in: 0...Int(UInt32.max)).map { UInt32($0) }
    }
}
