package import AIoTSecurity

/// What the AIoTF holds of a device.
package struct DeviceRecord: Sendable {
    package var id: [UInt8]
    package var key: SecretKey
    package var configuration: SecurityConfiguration
    package var counter: CounterState

    package init(
        id: [UInt8], key: SecretKey, configuration: SecurityConfiguration, counter: CounterState = CounterState()
    ) {
        self.id = id
        self.key = key
        self.configuration = configuration
        self.counter = counter
    }
}

/// What the AIoTF holds of a group; all members share one configuration.
package struct GroupRecord: Sendable {
    package var id: [UInt8]
    package var key: SecretKey
    package var configuration: SecurityConfiguration
    /// Device IDs, in order of provisioning.
    package var members: [[UInt8]]
    package var counter: CounterState

    package init(
        id: [UInt8], key: SecretKey, configuration: SecurityConfiguration, members: [[UInt8]],
        counter: CounterState = CounterState()
    ) {
        self.id = id
        self.key = key
        self.configuration = configuration
        self.members = members
        self.counter = counter
    }
}

/// Why something was not provisioned, or an inventory not begun.
package enum RegistryError: Error, Hashable, Sendable {
    case idLength(Int)
    case duplicate([UInt8])
    case unknownDevice([UInt8])
    case unknownGroup([UInt8])
    /// A member whose profile, algorithms or window are not the group's.
    case otherConfiguration([UInt8])
    /// A group that lists a member twice.
    case repeatedMember([UInt8])
    case refused(ConfigurationRefusal)
    /// Commands need profile bit 6.
    case commandsOff
    case noDevices
    case queueFull
    case command(NASEncodingError)
    case unusableScope
}

extension RegistryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .idLength(let count): "an ID of \(count) octets: it has 1 to 32"
        case .duplicate: "an ID that is provisioned already: remove the first one or take another"
        case .unknownDevice: "a device that is not provisioned: provision it first"
        case .unknownGroup: "a group that is not provisioned: provision it first"
        case .otherConfiguration: "a member with another configuration than its group: give all the same"
        case .repeatedMember: "a group that lists a member twice: list each once"
        case .refused(let refusal): refusal.description
        case .commandsOff: "a command, but follow-on commands (profile bit 6) are off: set the bit"
        case .noDevices: "no device is provisioned that could be meant"
        case .queueFull: "too many orders wait: try again when some have finished"
        case .command(let error): "the command cannot be made: \(error)"
        case .unusableScope:
            "a scope that names nothing or too much: give 1 to 256 area codes of 3 octets, or 1 to 256 readers with "
                + "an index from 1 to 65535"
        }
    }
}

/// The devices and groups that the AIoTF knows.
package struct Registry: Sendable {
    package private(set) var devices: [[UInt8]: DeviceRecord] = [:]
    package private(set) var groups: [[UInt8]: GroupRecord] = [:]
    /// Device IDs in order of provisioning.
    package private(set) var deviceIDs: [[UInt8]] = []

    package init() {}

    /// - Parameter replaces: takes new values for a device that is there, which keeps its place, and its counter while its
    ///   key stays; else that is an error.
    /// - Returns: warnings on properties that the configuration does not give.
    @discardableResult
    package mutating func provision(
        _ device: DeviceRecord, replaces: Bool = false
    ) throws(RegistryError) -> [ConfigurationWarning] {
        guard NASLimits.idOctets.contains(device.id.count) else { throw .idLength(device.id.count) }
        guard replaces || devices[device.id] == nil else { throw .duplicate(device.id) }
        if let refusal = device.configuration.refusals(for: .single).first { throw .refused(refusal) }
        var device = device
        if let old = devices[device.id] {
            if old.key == device.key { device.counter = old.counter }
        } else {
            deviceIDs.append(device.id)
        }
        devices[device.id] = device
        return device.configuration.warnings
    }

    @discardableResult
    package mutating func provision(
        _ group: GroupRecord, replaces: Bool = false
    ) throws(RegistryError) -> [ConfigurationWarning] {
        guard NASLimits.idOctets.contains(group.id.count) else { throw .idLength(group.id.count) }
        guard replaces || groups[group.id] == nil else { throw .duplicate(group.id) }
        if let refusal = group.configuration.refusals(for: .group).first { throw .refused(refusal) }
        guard Set(group.members).count == group.members.count else { throw .repeatedMember(group.id) }
        for member in group.members {
            guard let device = devices[member] else { throw .unknownDevice(member) }
            guard device.configuration == group.configuration else { throw .otherConfiguration(member) }
        }
        var group = group
        if let old = groups[group.id], old.key == group.key { group.counter = old.counter }
        groups[group.id] = group
        return group.configuration.warnings
    }

    mutating func updateDevice(_ id: [UInt8], _ change: (inout CounterState) -> Void) {
        guard var record = devices[id] else { return }
        change(&record.counter)
        devices[id] = record
    }

    mutating func updateGroup(_ id: [UInt8], _ change: (inout CounterState) -> Void) {
        guard var record = groups[id] else { return }
        change(&record.counter)
        groups[id] = record
    }
}
