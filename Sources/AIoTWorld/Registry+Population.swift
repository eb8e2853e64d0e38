package import AIoTAir
import AIoTDevice
package import AIoTF

extension Registry {
    /// What an AIoTF has to know of a population.
    /// - Parameter hasGroup: with its group, of which all devices are members.
    package init(of population: Population, hasGroup: Bool = true) throws {
        self.init()
        for entry in population.provisioning {
            try provision(DeviceRecord(id: entry.deviceID, key: entry.key, configuration: entry.configuration))
        }
        guard hasGroup else { return }
        try provision(
            GroupRecord(
                id: population.group.id, key: population.group.key, configuration: population.configuration,
                members: population.provisioning.map(\.deviceID)))
    }
}
