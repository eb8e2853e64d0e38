import AIoTBase
import AIoTF
import AIoTFService
import AIoTSecurity
import Testing

/// A store in a folder of its own, and what is provisioned in it.
struct StoreFixture {
    static let configuration = SecurityConfiguration(
        profile: SecurityProfile(rawValue: 0x57), algorithms: .init(ciphering: .nea2, integrity: .nia2),
        counterWindow: 15)
    static let groupID: [UInt8] = [0x60, 1]

    let folder: TemporaryFolder
    let masterKey = MasterKey()
    var path: String { folder.file("store") }

    init() throws { folder = try TemporaryFolder() }

    func open(
        _ opening: DeviceStore.Opening = .orNew, masterKey: MasterKey? = nil, lockTimeout: Double = 0
    ) throws -> DeviceStore {
        try DeviceStore(
            path: path, masterKey: masterKey ?? self.masterKey, opening: opening, lockTimeout: lockTimeout)
    }

    static func deviceID(_ place: Int) -> [UInt8] {
        [0xD0, UInt8(place >> 16 & 0xFF), UInt8(place >> 8 & 0xFF), UInt8(place & 0xFF)]
    }

    static func key(_ octet: UInt8) throws -> SecretKey {
        try #require(SecretKey([UInt8](repeating: octet, count: 16)))
    }

    static func device(_ place: Int, key: UInt8? = nil) throws -> DeviceRecord {
        DeviceRecord(
            id: deviceID(place), key: try Self.key(key ?? UInt8(place & 0x7F)), configuration: configuration)
    }

    /// `count` devices and a group of all of them.
    static func provisioning(_ count: Int) throws -> Provisioning {
        var provisioning = Provisioning()
        provisioning.devices = try (0..<count).map { try device($0) }
        provisioning.groups = [
            GroupRecord(
                id: groupID, key: try key(0xFF), configuration: configuration, members: (0..<count).map(deviceID))
        ]
        return provisioning
    }
}
