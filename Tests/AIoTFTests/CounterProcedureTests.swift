import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// Counters of the AIoTF and of the devices together.
@Suite struct CounterProcedureTests {
    private static let counted: SecurityProfile = [.replayProtection, .deviceAuthentication]
    private static let resynchronising: SecurityProfile = [
        .replayProtection, .deviceAuthentication, .counterResynchronisation,
    ]

    @Test(arguments: [0, 1, 15, 65_535] as [UInt32])
    func aDeviceIsMetAgainWithin21RequestsAfter200LostAnswers(window: UInt32) throws {
        var world = try CoreWorld(
            1, profile: Self.counted, window: window, counter: .max - 50, configuration: .oneAttempt)
        world.loses = { if case .accessResponse = $0 { true } else { false } }
        while world.requests.count < 200 { world.inventory(CoreWorld.target(.single)) }
        #expect(world.results.isEmpty)
        world.loses = { _ in false }
        while world.results.isEmpty, world.requests.count < 300 { world.inventory(CoreWorld.target(.single)) }
        #expect(world.requests.count <= 221, "\(world.requests.count - 200) requests")
        #expect(world.results.map(\.authenticated) == [true])
    }

    @Test(arguments: [PagingTargetKind.single, .group])
    func noConfirmedCounterIsPagedAgainUnderLoss(kind: PagingTargetKind) throws {
        for seed in UInt64(1)...5 {
            var world = try CoreWorld(
                2, profile: Self.counted, window: 3, isGroup: true, configuration: .oneAttempt, seed: seed)
            var chance = SeededGenerator(seed: seed)
            world.loses = { _ in chance.uniform() < 0.4 }
            for _ in 0..<60 { world.inventory(CoreWorld.target(kind)) }
            var confirmed: UInt32 = .max
            var states = 0
            for change in world.changes {
                var state: CounterState
                switch (change, kind) {
                case (.deviceCounter(CoreWorld.deviceID(0), let found), .single), (.groupCounter(_, let found), .group):
                    state = found
                default: continue
                }
                states += 1
                #expect(state.confirmed &- confirmed < 1 << 31, "seed \(seed): the confirmed counter goes back")
                confirmed = state.confirmed
                let next = state.next(window: 3)
                #expect((1..<1 << 31).contains(next &- confirmed), "seed \(seed): \(next) after \(confirmed)")
            }
            #expect(states > 60 && confirmed != .max, "seed \(seed)")
        }
    }

    @Test func anAllDevicesPagingNeitherReadsNorMovesACounter() throws {
        var world = try CoreWorld(3, profile: Self.counted, window: 3)
        world.inventory(.all)
        #expect(world.found.count == 3)
        let moved = world.changes.contains {
            switch $0 {
            case .deviceCounter, .groupCounter: true
            default: false
            }
        }
        #expect(!moved)
        #expect(world.devices.allSatisfy { $0.nonVolatile.counter == 0 })
    }

    @Test func anAnswerThatIsNotAuthenticatedConfirmsNoCounter() throws {
        var world = try CoreWorld(1, profile: .replayProtection, algorithms: 0x20)
        world.inventory(CoreWorld.target(.single))
        #expect(world.results.map(\.authenticated) == [false])
        #expect(world.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter == .init(confirmed: .max, unanswered: 1))
        // With an ID report under 128-NIA2 alone, that confirms.
        var proven = try CoreWorld(1, profile: [.replayProtection, .networkAuthentication], algorithms: 0x02)
        proven.inventory(CoreWorld.target(.single))
        #expect(proven.results.map(\.authenticated) == [true])
        #expect(proven.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter == .init(confirmed: 0, unanswered: 0))
    }

    @Test func aReturnedCounterRestartsTheProcedureUnderANewNonce1() throws {
        var world = try CoreWorld(1, profile: Self.resynchronising)
        world.restart(0, counter: 5_000)
        let summary = world.inventory(CoreWorld.target(.single))
        #expect(summary?.found == 1 && summary?.requests == 2)
        #expect(Set(world.requests.map(\.randN)).count == 2)
        let names = world.sent.map(\.name).filter { $0 != "NGSetupResponse" }
        #expect(
            names == [
                "InventoryRequest", "AIOTSessionReleaseCommand", "InventoryRequest", "AIOTSessionReleaseCommand",
            ])
        #expect(world.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter.confirmed == 5_000)
        #expect(world.devices[0].nonVolatile.counter == 5_001)
    }

    @Test func aGroupsCounterIsResynchronisedByAnyMember() throws {
        var world = try CoreWorld(3, profile: Self.resynchronising, window: 15, isGroup: true)
        for place in 0..<3 { world.restart(place, groupCounter: 700 + UInt32(place)) }
        let summary = world.inventory(.group(CoreWorld.groupID))
        #expect(summary?.found == 3 && summary?.missing == [])
        let confirmed = world.aiotf.registry.groups[CoreWorld.groupID]?.counter.confirmed ?? 0
        #expect((700...720).contains(confirmed))
    }

    @Test func aCounterBehindTheConfirmedOneIsNotTaken() throws {
        var world = try CoreWorld(1, profile: Self.resynchronising, counter: 1_000)
        world.restart(0, counter: 10)
        let summary = world.inventory(CoreWorld.target(.single))
        #expect(summary?.found == 0 && world.rejected(.counterNotTaken) > 0)
        #expect(world.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter.confirmed == 999)
    }

    @Test func anOrderTakesThreeReturnedCountersAndNoMore() throws {
        var world = try CoreWorld(1, profile: Self.resynchronising)
        world.restart(0, counter: 100)
        let order = world.order(CoreWorld.target(.single))
        // A device that runs away from every request.
        var seen = 0
        while world.summaries[order] == nil {
            if world.requests.count > seen {
                seen = world.requests.count
                world.restart(0, counter: UInt32(seen) * 1_000)
            }
            if !world.step() { break }
        }
        #expect(world.summaries[order]?.found == 0)
        #expect(world.rejected(.counterNotTaken) > 0)
        #expect(world.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter.confirmed == 2_999)
    }

    @Test func everyChangedBitOfAReturnedCounterIsRejected() throws {
        for bit in 0..<34 * 8 {
            var world = try CoreWorld(1, profile: Self.resynchronising, configuration: .oneAttempt)
            world.restart(0, counter: 500)
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
            #expect(summary?.found == 0 && summary?.requests == 1, "bit \(bit)")
            #expect(world.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter.confirmed == .max, "bit \(bit)")
        }
    }

    @Test func aCounterReturnedWithoutIntegrityIsNotTaken() throws {
        var world = try CoreWorld(1, profile: Self.resynchronising, algorithms: 0x20)
        world.restart(0, counter: 500)
        let summary = world.inventory(CoreWorld.target(.single))
        #expect(summary?.found == 0 && world.rejected(.counterNotTaken) > 0)
        #expect(world.aiotf.registry.devices[CoreWorld.deviceID(0)]?.counter.confirmed == .max)
    }

    @Test func aMemberThatHasFallenBehindTheWindowIsPagedSingly() throws {
        var world = try CoreWorld(4, profile: Self.counted, window: 3, isGroup: true, groupCounter: 100)
        world.restart(2, groupCounter: 20)
        let summary = world.inventory(.group(CoreWorld.groupID))
        #expect(summary?.found == 4 && summary?.missing == [])
        let last = try #require(world.requests.last)
        guard case .singleDevice = last.deviceIdentification else {
            Issue.record("the last request is no single one")
            return
        }
        #expect(world.results.last?.deviceID == CoreWorld.deviceID(2))
    }

    @Test func anAbsentMemberEndsTheOrderAsMissing() throws {
        var world = try CoreWorld(3, profile: Self.counted, window: 3, isGroup: true)
        world.loses = { $0 == .paging(1) }
        let summary = world.inventory(.group(CoreWorld.groupID))
        #expect(summary?.found == 2 && summary?.missing == [CoreWorld.deviceID(1)])
        #expect(world.results.count == 2)
        #expect(world.aiotf.nextDeadline == nil)
    }

    @Test func aDeviceThatIsDoneAndHasLostItsPowerDoesNotRestartTheInventory() throws {
        var world = try CoreWorld(2, profile: Self.resynchronising, window: 3, isGroup: true)
        let order = world.order(.group(CoreWorld.groupID))
        var hasFailed = false
        while world.summaries[order] == nil, world.step() {
            guard !hasFailed, world.results.count == 2 else { continue }
            hasFailed = true
            world.devices[0].carrierLost()
            for correlation in world.open.keys { world.open[correlation]?.acknowledged = [1] }
        }
        #expect(hasFailed && world.requests.count == 1 && world.results.count == 2)
        #expect(world.summaries[order]?.found == 2)
    }
}
