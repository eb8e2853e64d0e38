import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

@Suite struct CommandProcedureTests {
    private static let commanded: SecurityProfile = [.deviceAuthentication, .followOnCommands]
    private static let mutual: SecurityProfile = [.deviceAuthentication, .networkAuthentication, .followOnCommands]

    @Test(arguments: [commanded, mutual], [PagingTargetKind.single, .group, .all])
    func readWriteAndDisableRunOnceOnEveryDevice(profile: SecurityProfile, kind: PagingTargetKind) throws {
        let count = kind == .single ? 1 : 3
        var world = try CoreWorld(count, profile: profile, isGroup: true)
        for (command, data) in [
            (.write(offset: 3, data: [0xAB, 0xCD]), []), (.read(offset: 2, length: 4), [2, 0xAB, 0xCD, 5]),
            (.permanentDisable, []),
        ] as [(FollowOnCommand, [UInt8])] {
            world.results = []
            let summary = world.inventory(CoreWorld.target(kind), command: command)
            #expect(summary?.found == count && world.results.count == count)
            let outcome = DeviceResult.CommandOutcome.response(FollowOnResponse(status: .done, data: data))
            #expect(world.results.allSatisfy { $0.command == outcome }, "\(command)")
        }
        #expect(world.devices.allSatisfy { $0.isDisabled })
        let summary = world.inventory(CoreWorld.target(kind))
        #expect(summary?.found == 0)
    }

    @Test(arguments: [0x00, 0x20] as [UInt8]) func withoutIntegrityWriteIsRefusedByTheDevice(algorithms: UInt8) throws {
        var world = try CoreWorld(1, profile: Self.mutual, algorithms: algorithms)
        world.inventory(CoreWorld.target(.single), command: .write(offset: 0, data: [1]))
        #expect(world.results.map(\.command) == [.response(FollowOnResponse(status: .refusedWithoutIntegrity))])
    }

    @Test(arguments: 0..<3) func aCommandThatFailedIsSentAgainOctetForOctetAndExecutedOnce(failures: Int) throws {
        var world = try CoreWorld(1, profile: Self.mutual)
        var left = failures
        var isIDReportThrough = false
        world.loses = { leg in
            guard case .d2r = leg else { return false }
            guard isIDReportThrough else {
                isIDReportThrough = true
                return false
            }
            left -= 1
            return left >= 0
        }
        world.inventory(CoreWorld.target(.single), command: .write(offset: 0, data: [9]))
        let commands = world.commands.map(\.nasPDU).filter { $0.first == 5 }
        #expect(commands.count == failures + 1 && Set(commands).count == 1)
        #expect(world.results.map(\.command) == [.response(FollowOnResponse(status: .done))])
        #expect(world.devices[0].cost.nonVolatileWrites == 2, "one counter, one WRITE")
    }

    @Test func aCommandThatKeepsFailingIsReportedAsFailedAfterTwoRepeats() throws {
        var world = try CoreWorld(1, profile: Self.mutual)
        var isIDReportThrough = false
        world.loses = { leg in
            guard case .d2r = leg else { return false }
            defer { isIDReportThrough = true }
            return isIDReportThrough
        }
        let summary = world.inventory(CoreWorld.target(.single), command: .write(offset: 0, data: [9]))
        #expect(world.commands.filter { $0.nasPDU.first == 5 }.count == 3)
        #expect(world.results == [DeviceResult(deviceID: CoreWorld.deviceID(0), authenticated: true, command: .failed)])
        #expect(summary?.found == 1 && summary?.requests == 1)
    }

    @Test(arguments: [FollowOnCommand.write(offset: 0, data: [9]), .read(offset: 4, length: 1)])
    func afterALostSessionAReadIsSentAgainAndAWriteIsNot(command: FollowOnCommand) throws {
        var world = try CoreWorld(1, profile: Self.mutual)
        let order = world.order(CoreWorld.target(.single), command: command)
        var hasLost = false
        while world.summaries[order] == nil {
            if !hasLost, world.commands.contains(where: { $0.nasPDU.first == 5 }) {
                hasLost = true
                world.disconnect()
                world.connect()
            }
            if !world.step() { break }
        }
        let isWrite = command == .write(offset: 0, data: [9])
        #expect(hasLost && world.requests.count == 2)
        #expect(world.commands.filter { $0.nasPDU.first == 5 }.count == (isWrite ? 1 : 2))
        let outcome =
            isWrite
            ? DeviceResult.CommandOutcome.failed : .response(FollowOnResponse(status: .done, data: [4]))
        #expect(world.results.map(\.command) == [outcome])
    }

    @Test func aCommandResponseThatDoesNotVerifyEndsTheSessionAsFailed() throws {
        for bit in 0..<10 * 8 {
            var world = try CoreWorld(1, profile: Self.mutual)
            world.tampers = { pdu in
                [
                    pdu.changingNAS { octets in
                        guard octets.first == 6 else { return octets }
                        var changed = octets
                        changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                        return changed
                    }
                ]
            }
            world.inventory(CoreWorld.target(.single), command: .read(offset: 0, length: 4))
            #expect(world.results.map(\.command) == [.failed], "bit \(bit)")
            #expect(world.rejected(.unverified) == 1, "bit \(bit)")
        }
    }

    @Test func theCommandIsOfferedOnlyAfterTheIDReportHasVerified() throws {
        var world = try CoreWorld(1, profile: Self.mutual, configuration: .oneAttempt)
        world.tampers = { pdu in [pdu.changingNAS { $0.first == 4 ? $0.dropLast() + [$0[$0.count - 1] ^ 1] : $0 }] }
        world.inventory(CoreWorld.target(.single), command: .permanentDisable)
        #expect(!world.commands.contains { $0.nasPDU.first == 5 } && !world.devices[0].isDisabled)
    }
}
