import AIoTBase
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// Devices and groups that are given new values while orders are open.
@Suite struct ReplacementTests {
    private static let profile: SecurityProfile = [.replayProtection, .deviceAuthentication]

    /// A record as it was read before the pages since then.
    @Test(arguments: [PagingTargetKind.single, .group])
    func whatIsReplacedUnderTheSameKeyKeepsItsCounter(kind: PagingTargetKind) throws {
        var world = try CoreWorld(1, profile: Self.profile, window: 15, isGroup: true)
        let device = try #require(world.aiotf.registry.devices[CoreWorld.deviceID(0)])
        let group = try #require(world.aiotf.registry.groups[CoreWorld.groupID])
        world.inventory(CoreWorld.target(kind))
        try world.aiotf.provision(device, replaces: true)
        try world.aiotf.provision(group, replaces: true)
        world.inventory(CoreWorld.target(kind))
        #expect(world.summaries.values.allSatisfy { $0.found == 1 })
        try world.expectConsistency("a record of before")
    }

    /// Answers to what was paged under the old key say nothing of the new one's counter.
    @Test(arguments: [PagingTargetKind.single, .group])
    func anAnswerToAPageUnderTheOldKeyDoesNotMoveTheNewCounter(kind: PagingTargetKind) throws {
        var world = try CoreWorld(1, profile: Self.profile, window: 15, isGroup: true, counter: 500, groupCounter: 500)
        var generator = SeededGenerator(seed: 3)
        let key = try #require(SecretKey(generator.octets(16)))
        let order = world.order(CoreWorld.target(kind))
        var device = try #require(world.aiotf.registry.devices[CoreWorld.deviceID(0)])
        var group = try #require(world.aiotf.registry.groups[CoreWorld.groupID])
        if kind == .single {
            device.key = key
            device.counter = CounterState()
            try world.aiotf.provision(device, replaces: true)
        } else {
            group.key = key
            group.counter = CounterState()
            try world.aiotf.provision(group, replaces: true)
        }
        world.run()
        #expect(world.summaries[order]?.found == 1)
        let counter =
            kind == .single
            ? world.aiotf.registry.devices[device.id]?.counter : world.aiotf.registry.groups[group.id]?.counter
        #expect(counter?.confirmed == CounterState().confirmed)
    }
}
