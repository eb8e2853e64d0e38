import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

@Suite struct AuthenticationTests {
    private static let mutual: SecurityProfile = [.deviceAuthentication, .networkAuthentication]

    @Test(arguments: [PagingTargetKind.single, .group, .all])
    func aDeviceWithAWrongKeyIsNotAuthenticatedAndDoesNotStopTheRest(kind: PagingTargetKind) throws {
        var world = try CoreWorld(3, profile: Self.mutual, isGroup: true)
        let configuration = SecurityConfiguration(
            profile: Self.mutual, algorithms: .init(ciphering: .nea2, integrity: .nia2))
        let group = DeviceGroup(id: CoreWorld.groupID, key: try #require(world.groupKey))
        world.devices[0] = DeviceNAS(
            DeviceProvisioning(
                deviceID: CoreWorld.deviceID(0), key: try #require(SecretKey([UInt8](repeating: 7, count: 16))),
                configuration: configuration, groups: [group]),
            nonVolatile: DeviceNonVolatile())
        let summary = world.inventory(CoreWorld.target(kind))
        #expect(!world.found.contains(CoreWorld.deviceID(0)))
        if kind == .single {
            #expect(summary?.missing == [CoreWorld.deviceID(0)])
        } else {
            #expect(world.found == [CoreWorld.deviceID(1), CoreWorld.deviceID(2)])
            #expect(world.rejected(.unauthenticated) > 0)
            #expect(summary?.missing == (kind == .group ? [CoreWorld.deviceID(0)] : []))
        }
    }

    @Test func everyChangedBitOfAnAccessResponseIsRejectedAndNothingIsSentForIt() throws {
        for bit in 0..<26 * 8 {
            var world = try CoreWorld(1, profile: Self.mutual, configuration: .oneAttempt)
            world.tampers = { pdu in
                [
                    pdu.changingNAS { octets in
                        guard octets.first == 2 else { return octets }
                        var changed = octets
                        changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                        return changed
                    }
                ]
            }
            let summary = world.inventory(CoreWorld.target(.single))
            #expect(summary?.found == 0 && world.commands.isEmpty, "bit \(bit)")
        }
    }

    @Test func everyChangedBitOfAnIDReportIsRejected() throws {
        for bit in 0..<9 * 8 {
            var world = try CoreWorld(1, profile: Self.mutual, configuration: .oneAttempt)
            world.tampers = { pdu in
                [
                    pdu.changingNAS { octets in
                        guard octets.first == 4 else { return octets }
                        var changed = octets
                        changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                        return changed
                    }
                ]
            }
            let summary = world.inventory(CoreWorld.target(.single))
            #expect(summary?.found == 0 && world.rejected(.unverified) > 0, "bit \(bit)")
        }
    }

    @Test func flagsThatTheProfileDoesNotPredictAreRejected() throws {
        for profile in [0x02, 0x06, 0x07, 0x0F, 0x16, 0x00] as [UInt8] {
            for flags in UInt8(0)...15 {
                var world = try CoreWorld(1, profile: SecurityProfile(rawValue: profile))
                var honest: UInt8?
                world.tampers = { pdu in
                    [
                        pdu.changingNAS { octets in
                            guard octets.first == 2 else { return octets }
                            honest = octets[1]
                            // Enough octets for whatever the flags claim.
                            return [2, flags] + octets.dropFirst(2) + [UInt8](repeating: 0, count: 24)
                        }
                    ]
                }
                world.inventory(CoreWorld.target(.single))
                #expect(world.results.isEmpty && world.commands.isEmpty, "profile \(profile), flags \(flags)")
                let rejected = world.aiotf.rejected
                if flags & 6 != 6, flags & 6 != 0, flags != honest, !(profile == 0x0F && flags == 3) {
                    #expect(rejected[.unexpectedFlags] ?? 0 > 0, "profile \(profile), flags \(flags): \(rejected)")
                }
            }
        }
    }

    @Test func theNetworkResponseReflectedAsARESIsRejected() throws {
        var world = try CoreWorld(1, profile: Self.mutual)
        var nres: [UInt8] = []
        // A first run tells the NRES of the same nonces; the second answers with it in the place of ARES.
        world.inventory(CoreWorld.target(.single))
        nres = Array(try #require(world.commands.first).nasPDU.dropFirst())
        var attacked = try CoreWorld(1, profile: Self.mutual)
        attacked.tampers = { pdu in
            [pdu.changingNAS { $0.first == 2 ? Array($0.prefix(18)) + nres : $0 }]
        }
        let summary = attacked.inventory(CoreWorld.target(.single))
        #expect(attacked.requests.first == world.requests.first, "the nonces are not those of the first run")
        #expect(summary?.found == 0 && attacked.rejected(.unauthenticated) > 0 && attacked.commands.isEmpty)
    }

    @Test func aRepeatedAnswerIsDroppedAndReportedOnce() throws {
        for profile in [Self.mutual, .deviceAuthentication] as [SecurityProfile] {
            var world = try CoreWorld(3, profile: profile, isGroup: true)
            world.tampers = { pdu in
                if case .inventoryReport(let message) = pdu, !message.readers.isEmpty {
                    return [pdu, pdu.renamed(by: 1_000)]
                }
                if case .commandResponse = pdu { return [pdu, pdu] }
                return [pdu]
            }
            let summary = world.inventory(.group(CoreWorld.groupID))
            #expect(summary?.found == 3 && summary?.requests == 1)
            #expect(world.results.count == 3)
            #expect(world.rejected(.repeated) >= 3)
            let named = world.commands.filter { $0.ranDeviceNGAPID > 1_000 }
            #expect(named.isEmpty, "a repeated answer was answered")
        }
    }

    @Test func aSecondAnswerOfADeviceThatIsDoneLetsTheReaderAcknowledgeItAndIsNotToldTwice() throws {
        var world = try CoreWorld(1, profile: [.deviceAuthentication, .followOnCommands])
        let order = world.order(CoreWorld.target(.single), command: .write(offset: 0, data: [1]))
        // The acknowledgement of the first exchange is lost: the device answers the next round.
        var hasForgotten = false
        while world.summaries[order] == nil, world.step() {
            guard !hasForgotten, world.results.count == 1 else { continue }
            hasForgotten = true
            for correlation in world.open.keys { world.open[correlation]?.acknowledged = [] }
        }
        #expect(hasForgotten && world.results.count == 1)
        #expect(world.commands.filter { $0.nasPDU.first == 5 }.count == 1)
        #expect(world.commands.filter { $0.nasPDU.isEmpty }.count == 1)
        #expect(world.devices[0].cost.nonVolatileWrites == 2, "one counter, one WRITE")
    }

    @Test func membersWhoseHintsCollideAreToldApart() throws {
        // Members enough that some two of 65,536 hints are equal, in this nonce1 or the next.
        var world = try CoreWorld(
            600, profile: Self.mutual.union(.keyHint), isGroup: true, seed: 4)
        var hints: [[UInt8]: Int] = [:]
        world.tampers = { pdu in
            _ = pdu.changingNAS { octets in
                if octets.first == 2 { hints[Array(octets[18..<20]), default: 0] += 1 }
                return octets
            }
            return [pdu]
        }
        let summary = world.inventory(.group(CoreWorld.groupID))
        #expect(summary?.found == 600 && summary?.requests == 1)
        #expect(hints.values.contains { $0 > 1 }, "no collision: take another seed")
        #expect(world.rejected(.unauthenticated) == 0)
    }

    @Test func withoutAnyProofAnIDThatFitsSeveralDevicesIsNotTaken() throws {
        // Octets of ID: 1. Ciphering without integrity: any key gives some ID.
        let security = SecurityConfiguration(profile: [], algorithms: .init(ciphering: .nea2, integrity: .nia0))
        var wrong = 0
        var found = 0
        for seed in UInt64(1)...12 {
            var generator = SeededGenerator(seed: seed)
            var registry = Registry()
            var devices: [DeviceNAS] = []
            for id in UInt8(0)..<60 {
                let key = try #require(SecretKey(generator.octets(16)))
                try registry.provision(DeviceRecord(id: [id], key: key, configuration: security))
                guard id == 7 else { continue }
                let provisioning = DeviceProvisioning(deviceID: [id], key: key, configuration: security)
                devices.append(DeviceNAS(provisioning, nonVolatile: DeviceNonVolatile()))
            }
            var world = CoreWorld(devices: devices, registry: registry, seed: seed)
            world.inventory(.all)
            wrong += world.results.filter { $0.deviceID != [7] || $0.authenticated }.count
            found += world.found.contains([7]) ? 1 : 0
        }
        #expect(wrong == 0 && found > 0)
    }
}

extension NGAPPDU {
    /// The same Inventory Report with other RAN-AIOT-Device-NGAP-IDs.
    func renamed(by offset: UInt32) -> NGAPPDU {
        guard case .inventoryReport(var message) = self else { return self }
        for reader in message.readers.indices {
            for device in message.readers[reader].devices.indices {
                let id = message.readers[reader].devices[device].ranDeviceNGAPID
                message.readers[reader].devices[device].ranDeviceNGAPID = id.map { $0 &+ offset }
            }
        }
        return .inventoryReport(message)
    }
}
