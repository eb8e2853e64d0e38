import AIoTBase
import AIoTDevice
import AIoTSecurity
import Testing

@Suite struct DeviceNASPagingTests {
    @Test func aFreshPageMovesTheCounterPastIt() throws {
        var world = try SecurityWorld(profile: .replayProtection, window: 15, counter: 100)
        #expect(world.device.receivePaging(try world.paging(counter: 115)).isFresh)
        #expect(world.device.nonVolatile.counter == 116)
        #expect(world.device.nonVolatile.groupCounters == [0])
        #expect(world.device.cost.nonVolatileWrites == 1)
    }

    @Test func aStalePageIsMetWithSilence() throws {
        var world = try SecurityWorld(profile: .replayProtection, window: 15, counter: 100)
        for counter in [99, 116, 100 &+ UInt32(1) << 31, 0] as [UInt32] {
            #expect(world.device.receivePaging(try world.paging(counter: counter)) == .silent(.stale))
        }
        #expect(world.device.nonVolatile.counter == 100)
        #expect(world.answer() == nil)
    }

    @Test func aWindowOfZeroTakesEqualityAlone() throws {
        for counter in 4...6 as ClosedRange<UInt32> {
            var world = try SecurityWorld(profile: .replayProtection, counter: 5)
            #expect(world.device.receivePaging(try world.paging(counter: counter)).isFresh == (counter == 5))
        }
    }

    @Test func theWindowGoesOnAcrossTheWrapOfTheCounter() throws {
        var world = try SecurityWorld(profile: .replayProtection, window: 15, counter: .max - 3)
        #expect(world.device.receivePaging(try world.paging(counter: 11)).isFresh)
        #expect(world.device.nonVolatile.counter == 12)
        var last = try SecurityWorld(profile: .replayProtection, counter: .max)
        #expect(last.device.receivePaging(try last.paging(counter: .max)).isFresh)
        #expect(last.device.nonVolatile.counter == 0)
    }

    @Test func withoutReplayProtectionTheCounterMovesByOne() throws {
        var world = try SecurityWorld(profile: [], counter: .max, groupCounter: 7)
        #expect(world.device.receivePaging(try world.paging()).isFresh)
        #expect(world.device.receivePaging(try world.paging(.group)).isFresh)
        #expect(world.device.nonVolatile.counter == 0)
        #expect(world.device.nonVolatile.groupCounters == [8])
    }

    @Test func aGroupPageIsJudgedByTheCounterOfTheGroupKey() throws {
        var world = try SecurityWorld(profile: .replayProtection, window: 15, counter: 1_000, groupCounter: 50)
        #expect(world.device.receivePaging(try world.paging(.group, counter: 1_000)) == .silent(.stale))
        #expect(world.device.receivePaging(try world.paging(.group, counter: 51)).isFresh)
        #expect(world.device.nonVolatile.groupCounters == [52])
        #expect(world.device.nonVolatile.counter == 1_000)
    }

    @Test func anAllDevicesPagingNeitherReadsNorMovesACounter() throws {
        var world = try SecurityWorld(profile: [.replayProtection, .pagingTag], counter: 9, groupCounter: 8)
        let before = world.device.nonVolatile
        #expect(world.device.receivePaging(try world.paging(.all)).isFresh)
        #expect(world.device.nonVolatile == before)
        #expect(world.device.cost.nonVolatileWrites == 0)
    }

    @Test func anyOtherProfileOrAlgorithmIsMetWithSilenceAndCostsNothing() throws {
        var world = try SecurityWorld(profile: [.deviceAuthentication, .networkAuthentication])
        for bit in 0..<8 {
            var pdu = try world.paging()
            pdu[17] ^= 1 << UInt8(bit)
            let reason: SilenceReason = bit == 7 ? .unverified : .otherConfiguration
            #expect(world.device.receivePaging(pdu) == .silent(reason))
            if bit != 7 { #expect(world.device.cost.crypto == CryptoCost()) }
            world.device.resetCost()
        }
        for octet in [0x00, 0x02, 0x20] as [UInt8] {
            var pdu = try world.paging()
            pdu[18] = octet
            #expect(world.device.receivePaging(pdu) == .silent(.otherConfiguration))
        }
    }

    @Test func aChangedBitAnywhereInTheIdentityIsMetWithSilenceAndChangesNothing() throws {
        var world = try SecurityWorld(profile: [.replayProtection, .pagingTag, .keyHint], window: 15, counter: 3)
        let before = world.device.nonVolatile
        let pdu = try world.paging(counter: 5)
        for bit in 17 * 8..<pdu.count * 8 {
            var changed = pdu
            changed[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            guard case .silent = world.device.receivePaging(changed) else {
                Issue.record("bit \(bit) was not missed")
                continue
            }
            #expect(world.device.nonVolatile == before)
        }
        #expect(world.device.receivePaging(pdu).isFresh)
    }

    @Test func anotherDevicesPageIsMetWithSilence() throws {
        for algorithms in SecurityAlgorithms.all {
            var world = try SecurityWorld(profile: .replayProtection, algorithms: algorithms.octet)
            let stranger = PagingTarget.single(deviceID: [0xD0, 1, 2, 4], key: world.provisioning.key)
            #expect(world.device.receivePaging(try world.paging(for: stranger)) == .silent(.otherID))
            let otherKey = try #require(SecretKey([UInt8](repeating: 7, count: 16)))
            let other = PagingTarget.single(deviceID: [0xD0, 1, 2, 4], key: otherKey)
            let outcome = world.device.receivePaging(try world.paging(for: other))
            #expect(outcome == .silent(algorithms.hasIntegrity ? .unverified : .otherID))
            #expect(world.device.nonVolatile.counter == 0)
        }
    }

    @Test func aDeviceInSeveralGroupsAnswersTheOneThatIsPaged() throws {
        let base = try SecurityWorld(profile: [.replayProtection, .pagingTag], window: 15)
        var generator = SeededGenerator(seed: 5)
        var provisioning = base.provisioning
        for id in 2...4 as ClosedRange<UInt8> {
            let key = try #require(SecretKey(generator.octets(16)))
            provisioning.groups.append(DeviceGroup(id: [0x60, id], key: key))
        }
        var world = base
        world.device = DeviceNAS(provisioning, nonVolatile: DeviceNonVolatile(groupCounters: [10, 20, 30]))
        let third = provisioning.groups[2]
        let paging = try world.paging(for: .group(groupID: third.id, key: third.key), counter: 33)
        #expect(world.device.receivePaging(paging).isFresh)
        #expect(world.device.nonVolatile.groupCounters == [10, 20, 34, 0])
        #expect(world.device.cost.nonVolatileWrites == 1)
    }

    @Test func randomPagingsNeverTrap() throws {
        var generator = SeededGenerator(seed: 21)
        for _ in 0..<2_000 {
            let profile = UInt8.random(in: 0..<128, using: &generator)
            var world = try SecurityWorld(
                profile: SecurityProfile(rawValue: profile),
                algorithms: [0, 2, 32, 34].randomElement(using: &generator) ?? 0,
                window: UInt32.random(in: .min ... .max, using: &generator),
                counter: UInt32.random(in: .min ... .max, using: &generator))
            var pdu = [1] + generator.octets(Int.random(in: 0...80, using: &generator))
            if pdu.count > 18 {
                pdu[17] = profile | generator.octets(1)[0] & 0x80
                pdu[18] = world.configuration.algorithms.octet
            }
            _ = world.device.receivePaging(pdu)
            _ = world.answer()
            _ = world.device.receive(generator.octets(Int.random(in: 0...20, using: &generator)))
        }
    }
}
