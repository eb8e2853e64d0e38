import AIoTBase
import AIoTDevice
import AIoTSecurity
import Testing

@Suite struct DeviceNASPagingTagTests {
    private static let profile: SecurityProfile = [.replayProtection, .deviceAuthentication, .pagingTag]

    @Test(arguments: PagingTargetKind.allCases)
    func aDeviceThatIsNotAddressedDerivesNothing(_ kind: PagingTargetKind) throws {
        guard kind != .all else { return }
        var world = try SecurityWorld(profile: Self.profile, window: 15)
        let otherKey = try #require(SecretKey([UInt8](repeating: 7, count: 16)))
        let other: PagingTarget =
            kind == .group
            ? .group(groupID: [0x60, 1], key: otherKey) : .single(deviceID: [0xD0, 1, 2, 3], key: otherKey)
        for counter in 0..<100 as Range<UInt32> {
            #expect(world.device.receivePaging(try world.paging(for: other, counter: counter)) == .silent(.otherTag))
        }
        #expect(world.device.cost.crypto == CryptoCost())
        #expect(world.device.cost.nonVolatileWrites == 0)
    }

    @Test func aPageBeyondTheWindowCostsNothingEither() throws {
        var world = try SecurityWorld(profile: Self.profile, window: 15, counter: 100)
        for counter in [99, 116] as [UInt32] {
            #expect(world.device.receivePaging(try world.paging(counter: counter)) == .silent(.otherTag))
        }
        #expect(world.device.cost.crypto == CryptoCost())
    }

    @Test func theTagsFollowTheCounterWhateverItsSteps() throws {
        var world = try SecurityWorld(profile: Self.profile, window: 15, counter: .max - 40, groupCounter: 7)
        var generator = SeededGenerator(seed: 9)
        for _ in 0..<40 {
            for kind in [PagingTargetKind.single, .group] {
                let nonVolatile = world.device.nonVolatile
                let own = kind == .single ? nonVolatile.counter : nonVolatile.groupCounters[0]
                let paged = own &+ UInt32.random(in: 0...15, using: &generator)
                #expect(world.device.receivePaging(try world.paging(kind, counter: paged)).isFresh)
            }
        }
    }

    @Test func movingTheCounterDerivesOneTagForEachStep() throws {
        var world = try SecurityWorld(profile: Self.profile, algorithms: 0x02, window: 15)
        #expect(world.device.receivePaging(try world.paging(counter: 4)).isFresh)
        // k_AIoT, the integrity key, and five tags, four blocks each.
        #expect(world.device.cost.hmacBlocks == 4 * (2 + 5))
        #expect(world.device.cost.nonVolatileWrites == 1)
    }

    @Test func theTagsOutlastCarrierLoss() throws {
        var world = try SecurityWorld(profile: Self.profile, window: 15, counter: 5)
        world.device.carrierLost()
        #expect(world.device.cost.crypto == CryptoCost())
        #expect(world.device.receivePaging(try world.paging(counter: 5)).isFresh)
    }
}
