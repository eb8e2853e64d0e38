import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

extension CoreWorld {
    static let groupID: [UInt8] = [0x60, 1]

    /// `count` devices of one configuration with IDs of 4 octets, all in one group where `isGroup` says so.
    init(
        _ count: Int, profile: SecurityProfile, algorithms: UInt8 = 0x22, window: UInt32 = 0, isGroup: Bool = false,
        counter: UInt32 = 0, groupCounter: UInt32 = 0, configuration: AIoTFConfiguration = .init(), seed: UInt64 = 1,
        memory: (Int) -> [UInt8] = { _ in Array(0..<64) }
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let security = SecurityConfiguration(
            profile: profile, algorithms: try #require(SecurityAlgorithms(octet: algorithms)), counterWindow: window)
        let groupKey = try #require(SecretKey(generator.octets(16)))
        var registry = Registry()
        var devices: [DeviceNAS] = []
        for place in 0..<count {
            let id = Self.deviceID(place)
            let key = try #require(SecretKey(generator.octets(16)))
            try registry.provision(
                DeviceRecord(
                    id: id, key: key, configuration: security, counter: CounterState(deviceCounter: counter)))
            let groups = isGroup ? [DeviceGroup(id: Self.groupID, key: groupKey)] : []
            devices.append(
                DeviceNAS(
                    DeviceProvisioning(deviceID: id, key: key, configuration: security, groups: groups),
                    nonVolatile: DeviceNonVolatile(
                        counter: counter, groupCounters: [groupCounter], memory: memory(place))))
        }
        if isGroup {
            try registry.provision(
                GroupRecord(
                    id: Self.groupID, key: groupKey, configuration: security,
                    members: (0..<count).map(Self.deviceID), counter: CounterState(deviceCounter: groupCounter)))
        }
        self.init(devices: devices, registry: registry, configuration: configuration, seed: seed)
        self.groupKey = groupKey
    }

    /// Puts a device back to counters of another history, its power lost.
    mutating func restart(_ place: Int, counter: UInt32? = nil, groupCounter: UInt32? = nil) {
        guard let record = aiotf.registry.devices[Self.deviceID(place)] else { return }
        var memory = devices[place].nonVolatile
        if let counter { memory.counter = counter }
        if let groupCounter { memory.groupCounters = [groupCounter] }
        let groups = groupKey.map { [DeviceGroup(id: Self.groupID, key: $0)] } ?? []
        devices[place] = DeviceNAS(
            DeviceProvisioning(
                deviceID: record.id, key: record.key, configuration: record.configuration, groups: groups),
            nonVolatile: memory)
    }

    static func deviceID(_ place: Int) -> [UInt8] { [0xD0, 0, UInt8(place >> 8), UInt8(place & 0xFF)] }

    static func target(_ kind: PagingTargetKind) -> InventoryTarget {
        switch kind {
        case .single: .device(deviceID(0))
        case .group: .group(groupID)
        case .all: .all
        }
    }

    var found: Set<[UInt8]> { Set(results.map(\.deviceID)) }

    func rejected(_ reason: RejectReason) -> Int { aiotf.rejected[reason] ?? 0 }

    /// Inventory Requests sent so far.
    var requests: [InventoryRequest] {
        sent.compactMap { if case .inventoryRequest(let message) = $0 { message } else { nil } }
    }

    /// Command Requests sent so far.
    var commands: [CommandRequest] {
        sent.compactMap { if case .commandRequest(let message) = $0 { message } else { nil } }
    }
}

extension AIoTFConfiguration {
    /// One Inventory Request for an order.
    static var oneAttempt: Self {
        var configuration = Self()
        configuration.largestAttempts = 1
        return configuration
    }
}

extension NGAPPDU {
    /// The NAS PDUs of an Inventory Report or Command Response, each changed; other PDUs as they are.
    func changingNAS(_ change: ([UInt8]) -> [UInt8]) -> NGAPPDU {
        switch self {
        case .inventoryReport(var message):
            for reader in message.readers.indices {
                for device in message.readers[reader].devices.indices {
                    let pdu = message.readers[reader].devices[device].nasPDU
                    message.readers[reader].devices[device].nasPDU = change(pdu)
                }
            }
            return .inventoryReport(message)
        case .commandResponse(var message):
            message.nasPDU = change(message.nasPDU)
            return .commandResponse(message)
        default:
            return self
        }
    }
}
