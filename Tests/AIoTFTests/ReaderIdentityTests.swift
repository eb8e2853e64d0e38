import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// Who is taken for a reader that was there before.
@Suite struct ReaderIdentityTests {
    private static func world() throws -> CoreWorld {
        var world = try CoreWorld(2, profile: [.replayProtection, .deviceAuthentication], window: 15)
        world.readers[0].hears = [0]
        return world
    }

    private static func addTwin(_ world: inout CoreWorld) {
        var twin = CoreReader(gnbID: 1)
        twin.name = "twin"
        twin.hears = [1]
        world.readers.append(twin)
        world.connect(1)
    }

    @Test func anotherReaderWithTheGNBIDOfAConnectedOneIsRefused() throws {
        var world = try Self.world()
        let order = world.order(.device(CoreWorld.deviceID(0)))
        Self.addTwin(&world)
        guard case .ngSetupFailure(let failure)? = world.sent.last else {
            Issue.record("the second reader was set up")
            return
        }
        #expect(failure.cause == .omIntervention)
        #expect(world.readers[0].connection != nil && world.readers[1].connection == nil)
        world.run()
        #expect(world.summaries[order]?.found == 1 && world.requests.count == 1)
    }

    @Test func whatAReaderHadOpenIsNotReleasedAtAnotherWithItsGNBID() throws {
        var world = try Self.world()
        let order = world.order(.device(CoreWorld.deviceID(0)))
        while world.acknowledged.isEmpty, world.step() {}
        let spool = world.readers[0].spool
        world.disconnect(0)
        Self.addTwin(&world)
        world.run()
        #expect(world.results.isEmpty && world.store.requests[0] != nil, "the first reader may still have it")
        world.disconnect(1)
        world.readers[0].spool = spool
        world.connect(0)
        world.run()
        #expect(world.told[order]?.map(\.deviceID) == [CoreWorld.deviceID(0)])
        #expect(world.store.requests.keys.allSatisfy { $0 != 0 })
    }

    @Test func aReaderThatWasRenamedStillHasItsSpool() throws {
        var world = try Self.world()
        let order = world.order(.device(CoreWorld.deviceID(0)))
        while world.acknowledged.isEmpty, world.step() {}
        let spool = world.readers[0].spool
        world.disconnect(0)
        world.readers[0].spool = spool
        world.readers[0].name = "new"
        world.loses = { if case .paging = $0 { true } else { false } }
        world.connect(0)
        world.run()
        #expect(world.told[order]?.map(\.deviceID) == [CoreWorld.deviceID(0)])
    }
}
