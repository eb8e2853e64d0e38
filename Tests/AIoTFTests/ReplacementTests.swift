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
}
