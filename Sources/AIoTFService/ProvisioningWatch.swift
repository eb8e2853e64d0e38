import AIoTF

/// Notices what another process has provisioned.
struct ProvisioningWatch: Sendable {
    /// Of what the core knows.
    var generation = 0
    private var dataVersion: Int

    /// To be made before the core's state is read, so that nothing falls between.
    init(_ store: DeviceStore) throws { dataVersion = try store.dataVersion() }

    /// Gives the core what is new in the store.
    /// - Throws: `StoreFailure`, `RegistryError`.
    /// - Returns: the groups that are new.
    mutating func refresh(_ core: inout AIoTF, from store: DeviceStore) throws -> [GroupRecord] {
        let version = try store.dataVersion()
        guard version != dataVersion else { return [] }
        let records = try store.records(after: generation)
        for device in records.devices { try core.provision(device, replaces: true) }
        for group in records.groups { try core.provision(group, replaces: true) }
        generation = records.generation
        dataVersion = version
        return records.groups
    }
}
