package import AIoTSecurity

/// A group that a device is a member of.
package struct DeviceGroup: Equatable, Sendable {
    /// 1 to 32 octets.
    package var id: [UInt8]
    package var key: SecretKey

    package init(id: [UInt8], key: SecretKey) {
        self.id = id
        self.key = key
    }
}

/// What a device was given before it went out (`spec/1` step 1); it never changes.
package struct DeviceProvisioning: Equatable, Sendable {
    /// 1 to 32 octets.
    package var deviceID: [UInt8]
    /// K, shared with the AIoTF alone.
    package var key: SecretKey
    package var configuration: SecurityConfiguration
    package var groups: [DeviceGroup]

    package init(
        deviceID: [UInt8], key: SecretKey, configuration: SecurityConfiguration, groups: [DeviceGroup] = []
    ) {
        self.deviceID = deviceID
        self.key = key
        self.configuration = configuration
        self.groups = groups
    }
}
