import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

@Suite struct ProcedureTests {
    @Test(arguments: [PagingTargetKind.single, .group, .all])
    func everyProfileFindsThreeDevicesOrIsRefused(kind: PagingTargetKind) throws {
        var completed = 0
        for profile in UInt8(0)...0x7F {
            for algorithms in SecurityAlgorithms.all {
                let window: UInt32 = algorithms.hasIntegrity ? 3 : 0
                let security = SecurityConfiguration(
                    profile: SecurityProfile(rawValue: profile), algorithms: algorithms, counterWindow: window)
                let label = Comment("profile \(profile), algorithms \(algorithms.octet), \(kind)")
                guard security.refusals(for: kind).isEmpty else {
                    #expect(Self.isRefused(security, kind), label)
                    continue
                }
                let hasCommands = security.profile.contains(.followOnCommands)
                var world = try CoreWorld(
                    3, profile: security.profile, algorithms: algorithms.octet, window: window, isGroup: kind == .group,
                    seed: UInt64(profile) + 1)
                let command: FollowOnCommand? = hasCommands ? .read(offset: 8, length: 2) : nil
                let targets: [InventoryTarget] =
                    kind == .single ? (0..<3).map { .device(CoreWorld.deviceID($0)) } : [CoreWorld.target(kind)]
                for target in targets { world.inventory(target, command: command) }
                #expect(world.results.count == 3 && world.found.count == 3, label)
                #expect(world.requests.count == targets.count, label)
                let isProven = security.profile.contains(.deviceAuthentication) || algorithms.hasIntegrity
                #expect(world.results.allSatisfy { $0.authenticated == isProven }, label)
                let outcome =
                    hasCommands
                    ? DeviceResult.CommandOutcome.response(FollowOnResponse(status: .done, data: [8, 9])) : nil
                #expect(world.results.allSatisfy { $0.command == outcome }, label)
                completed += 1
            }
        }
        #expect(completed > 100)
    }

    private static func isRefused(_ security: SecurityConfiguration, _ kind: PagingTargetKind) -> Bool {
        guard
            var world = try? CoreWorld(
                3, profile: security.profile, algorithms: security.algorithms.octet, window: security.counterWindow,
                isGroup: kind == .group)
        else { return true }
        let summary = world.inventory(CoreWorld.target(kind))
        return summary?.refusal != nil && world.results.isEmpty && world.requests.isEmpty
    }

    @Test(arguments: [PagingTargetKind.single, .group, .all], [0x00, 0x02, 0x20, 0x22] as [UInt8])
    func theAnnouncedSizeIsThatOfTheAccessResponse(kind: PagingTargetKind, algorithms: UInt8) throws {
        for profile in [0x00, 0x02, 0x06, 0x16, 0x12, 0x10] as [UInt8] {
            var world = try CoreWorld(
                2, profile: SecurityProfile(rawValue: profile), algorithms: algorithms, isGroup: kind == .group)
            var sizes: [Int] = []
            world.tampers = { pdu in
                _ = pdu.changingNAS { octets in
                    if octets.first == 2 { sizes.append(octets.count) }
                    return octets
                }
                return [pdu]
            }
            world.inventory(CoreWorld.target(kind))
            let announced = try #require(world.requests.first).assistance
            #expect(!sizes.isEmpty && sizes.allSatisfy { $0 == announced.expectedD2RMsgSize }, "profile \(profile)")
            #expect(announced.approximateNoofTargetDevices == (kind == .single ? 1 : 2))
        }
    }

    @Test func whatARestartNeedsIsDurableBeforeWhatDependsOnItLeaves() throws {
        var world = try CoreWorld(
            1, profile: [.replayProtection, .deviceAuthentication, .networkAuthentication, .followOnCommands])
        world.inventory(CoreWorld.target(.single), command: .read(offset: 0, length: 1))
        let kinds = world.changes.map(\.kind)
        #expect(
            kinds == [
                "order", "counter", "correlation", "request", "counter", "session", "pending", "ended",
            ])
        #expect(
            world.log == [
                "NGSetupResponse", "persist", "persist", "persist", "persist", "InventoryRequest",
                // The counter confirmed, and the session, before the network response.
                "persist", "persist", "CommandRequest",
                // That the command leaves, before it does.
                "persist", "CommandRequest",
                "result", "AIOTSessionReleaseCommand", "persist", "finished",
            ])
        #expect(
            world.changes[1] == .deviceCounter(deviceID: [0xD0, 0, 0, 0], .init(confirmed: .max, unanswered: 1)))
    }

    @Test func ordersAreCarriedOutOneAfterTheOtherAndAFullQueueRefuses() throws {
        var configuration = AIoTFConfiguration()
        configuration.queueLimit = 2
        var world = try CoreWorld(3, profile: .deviceAuthentication, configuration: configuration)
        let ids = (0..<4).map { world.order(.device(CoreWorld.deviceID($0 % 3))) }
        #expect(world.requests.count == 1)
        #expect(world.summaries[ids[3]]?.refusal == .queueFull)
        world.run()
        #expect(ids.prefix(3).allSatisfy { world.summaries[$0]?.found == 1 })
        #expect(world.results.map(\.deviceID) == (0..<3).map(CoreWorld.deviceID))
    }

    @Test func ordersThatCannotBeCarriedOutAreRefusedWithTheirReason() throws {
        var world = try CoreWorld(1, profile: [.deviceAuthentication, .followOnCommands])
        #expect(world.inventory(.device([1]))?.refusal == .unknownDevice([1]))
        #expect(world.inventory(.group([1]))?.refusal == .unknownGroup([1]))
        let tooLong = FollowOnCommand.write(offset: 0, data: [UInt8](repeating: 0, count: 232))
        #expect(world.inventory(.all, command: tooLong)?.refusal == .command(.tooLong(241, limit: 240)))
        #expect(world.inventory(.all, command: .read(offset: 0, length: 241))?.refusal == .command(.readLength(241)))
        var plain = try CoreWorld(1, profile: .deviceAuthentication)
        #expect(plain.inventory(.all, command: .permanentDisable)?.refusal == .commandsOff)
        var empty = CoreWorld(devices: [], registry: Registry())
        #expect(empty.inventory(.all)?.refusal == .noDevices)
        for other in [world, plain, empty] { #expect(other.requests.isEmpty) }
    }

    @Test func provisioningRefusesWhatTheProcedureCannotWorkWith() throws {
        let key = try #require(SecretKey([UInt8](repeating: 1, count: 16)))
        let plain = SecurityConfiguration(
            profile: .replayProtection, algorithms: .init(ciphering: .nea0, integrity: .nia0))
        let device = DeviceRecord(id: [1], key: key, configuration: plain)
        var registry = Registry()
        let warnings = try registry.provision(device)
        #expect(warnings == [.replayProtectionWithoutIntegrity])
        #expect(throws: RegistryError.duplicate([1])) { try registry.provision(device) }
        for count in [0, 33] {
            let other = DeviceRecord(id: [UInt8](repeating: 2, count: count), key: key, configuration: plain)
            #expect(throws: RegistryError.idLength(count)) { try registry.provision(other) }
        }
        #expect(throws: RegistryError.refused(.groupWithoutCounterWindow)) {
            try registry.provision(GroupRecord(id: [9], key: key, configuration: plain, members: [[1]]))
        }
        let open = SecurityConfiguration(profile: [], algorithms: plain.algorithms)
        #expect(throws: RegistryError.otherConfiguration([1])) {
            try registry.provision(GroupRecord(id: [9], key: key, configuration: open, members: [[1]]))
        }
        #expect(throws: RegistryError.unknownDevice([3])) {
            try registry.provision(GroupRecord(id: [9], key: key, configuration: open, members: [[3]]))
        }
        #expect(throws: RegistryError.repeatedMember([9])) {
            try registry.provision(GroupRecord(id: [9], key: key, configuration: open, members: [[1], [1]]))
        }
    }

    @Test func theSameEventsGiveTheSameActions() throws {
        func run() throws -> [NGAPPDU] {
            var world = try CoreWorld(5, profile: SecurityProfile(rawValue: 0x17), window: 15, isGroup: true, seed: 9)
            world.inventory(.group(CoreWorld.groupID))
            return world.sent
        }
        let first = try run()
        #expect(try run() == first)
    }
}

extension PersistentChange {
    fileprivate var kind: String {
        switch self {
        case .deviceCounter, .groupCounter: "counter"
        case .correlation: "correlation"
        case .orderOpened: "order"
        case .request: "request"
        case .session: "session"
        case .pending: "pending"
        case .requestEnded: "ended"
        }
    }
}
