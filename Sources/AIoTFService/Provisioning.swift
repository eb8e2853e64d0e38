import AIoTBase
package import AIoTF
import AIoTSecurity

/// Devices and groups to be added to a store, all or none.
package struct Provisioning: Sendable {
    package var devices: [DeviceRecord] = []
    package var groups: [GroupRecord] = []
    /// Devices that become members of a group that is there, or among `groups`.
    package var joining: [Joining] = []

    package struct Joining: Hashable, Sendable {
        package var device: [UInt8]
        package var group: [UInt8]

        package init(device: [UInt8], group: [UInt8]) {
            self.device = device
            self.group = group
        }
    }

    package init() {}

    /// Throws for what no store could take: IDs of a wrong length or given twice, configurations that `spec/1` refuses.
    package func check() throws(ProvisioningFailure) {
        var seen: Set<[UInt8]> = []
        seen.reserveCapacity(devices.count)
        for device in devices {
            let refusal = device.configuration.refusals(for: .single).first
            try Self.check(.device, device.id, refusal, &seen)
        }
        seen = []
        for group in groups {
            try Self.check(.group, group.id, group.configuration.refusals(for: .group).first, &seen)
            guard Set(group.members).count == group.members.count else {
                throw ProvisioningFailure(.group, group.id, .registry(.repeatedMember(group.id)))
            }
        }
    }

    private static func check(
        _ kind: ProvisioningFailure.Kind, _ id: [UInt8], _ refusal: ConfigurationRefusal?, _ seen: inout Set<[UInt8]>
    ) throws(ProvisioningFailure) {
        guard NASLimits.idOctets.contains(id.count) else {
            throw ProvisioningFailure(kind, id, .registry(.idLength(id.count)))
        }
        guard seen.insert(id).inserted else { throw ProvisioningFailure(kind, id, .givenTwice) }
        if let refusal { throw ProvisioningFailure(kind, id, .registry(.refused(refusal))) }
    }
}

/// Why nothing was provisioned, and at whom it lay.
package struct ProvisioningFailure: ServiceFailure, Equatable {
    package enum Kind: String, Sendable {
        case device
        case group
    }

    package enum Reason: Equatable, Sendable {
        case exists
        case givenTwice
        case registry(RegistryError)
    }

    package let kind: Kind
    package let id: [UInt8]
    package let reason: Reason

    init(_ kind: Kind, _ id: [UInt8], _ reason: Reason) {
        self.kind = kind
        self.id = id
        self.reason = reason
    }

    package var description: String {
        let text =
            switch reason {
            case .exists: "is provisioned already: leave it out, or give it new values with --replace"
            case .givenTwice: "is given twice: give it once"
            case .registry(let error): error.description
            }
        return "\(kind.rawValue) \(Hex.encoded(id)): \(text); nothing was provisioned"
    }

    package var exitStatus: Int32 { ExitStatus.configuration }
}
