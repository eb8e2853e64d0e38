import AIoTBase
package import AIoTDevice
package import AIoTPhy
package import AIoTSecurity

/// Simulated devices made from a seed, and what an AIoTF has to know of them.
package struct Population: Sendable {
    package var configuration: SecurityConfiguration
    package var provisioning: [DeviceProvisioning]
    package var devices: [Device]
    /// The group that all devices, or the first of them, are members of.
    package var group: DeviceGroup

    /// Octets of a device ID.
    package static let idOctets = 12
    /// Octets of a device's READ and WRITE memory.
    package static let memoryOctets = 64

    /// - Parameters:
    ///   - groupMembers: so many of the first devices are in the group; nil: all.
    ///   - largestClockError: clock errors are uniform within plus and minus this.
    ///   - nonVolatile: what the first devices have kept from before; the others are new.
    package init(
        count: Int, groupMembers: Int? = nil, configuration: SecurityConfiguration, profile: AirProfile = .oursV0,
        largestClockError: Double, nonVolatile: [DeviceNonVolatile] = [], seed: UInt64
    ) {
        var generator = SeededGenerator(seed: seed)
        self.configuration = configuration
        let group = DeviceGroup(id: generator.octets(6), key: Self.key(from: &generator))
        self.group = group
        provisioning = []
        devices = []
        for index in 0..<max(0, count) {
            let entry = DeviceProvisioning(
                deviceID: generator.octets(Self.idOctets), key: Self.key(from: &generator),
                configuration: configuration, groups: index < groupMembers ?? count ? [group] : [])
            provisioning.append(entry)
            let memory = generator.octets(Self.memoryOctets)
            devices.append(
                Device(
                    provisioning: entry,
                    nonVolatile: index < nonVolatile.count ? nonVolatile[index] : DeviceNonVolatile(memory: memory),
                    profile: profile,
                    clockError: (2 * generator.uniform() - 1) * largestClockError, generator: generator.split()))
        }
    }

    private static func key(from generator: inout SeededGenerator) -> SecretKey {
        while true {
            if let key = SecretKey(generator.octets(SecretKey.octetCount)) { return key }
        }
    }
}
