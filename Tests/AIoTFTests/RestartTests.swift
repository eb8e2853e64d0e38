import AIoTBase
import AIoTDevice
import AIoTF
import AIoTSecurity
import NGAP
import Testing

/// What outlasts a restart of the AIoTF, a lost link and the end of an order.
@Suite struct RestartTests {
    private static let mutual: SecurityProfile = [
        .replayProtection, .deviceAuthentication, .networkAuthentication, .followOnCommands,
    ]
    private static let plain: SecurityProfile = [.replayProtection, .deviceAuthentication]

    /// Runs until the first reader has acknowledged a device, then loses the messages that are on their way to the
    /// AIoTF; only the spool has them.
    private static func runToAcknowledgement(_ world: inout CoreWorld) {
        while world.acknowledged.isEmpty, world.step() {}
    }

    @Test(arguments: [plain, mutual], [PagingTargetKind.single, .group, .all])
    func whatAReaderHadSpooledIsReportedAfterARestartUnderItsOrder(
        profile: SecurityProfile, kind: PagingTargetKind
    ) throws {
        var world = try CoreWorld(2, profile: profile, window: 15, isGroup: true)
        let order = world.order(CoreWorld.target(kind))
        Self.runToAcknowledgement(&world)
        world.crash()
        world.disconnect()
        // Nobody answers any more: what is found now was spooled.
        world.loses = { if case .paging = $0 { true } else { false } }
        world.connect()
        world.run()
        let expected = Set(world.acknowledged.map { CoreWorld.deviceID($0.place) })
        #expect(!expected.isEmpty && Set(world.told[order, default: []].map(\.deviceID)) == expected)
        #expect(world.results.allSatisfy { $0.authenticated })
        #expect(world.store.state.requests.isEmpty)
    }

    @Test(arguments: [plain, mutual], [false, true])
    func aSpooledResultIsToldAfterItsOrderHasEnded(profile: SecurityProfile, restarts: Bool) throws {
        var world = try CoreWorld(1, profile: profile, window: 15)
        let order = world.order(CoreWorld.target(.single))
        Self.runToAcknowledgement(&world)
        let spool = world.readers[0].spool
        world.disconnect()
        world.readers[0].spool = []
        world.cancel(order)
        #expect(world.summaries[order]?.found == 0 && world.summaries[order]?.missing == [CoreWorld.deviceID(0)])
        if restarts { world.crash() }
        world.readers[0].spool = spool + spool
        world.connect()
        world.run()
        #expect(world.told[order] == [DeviceResult(deviceID: CoreWorld.deviceID(0), authenticated: true)])
    }

    @Test(arguments: [false, true])
    func anAcknowledgedDeviceWhoseCommandNeverLeavesIsFoundWithAFailedCommand(restarts: Bool) throws {
        var world = try CoreWorld(1, profile: Self.mutual, window: 15)
        let order = world.order(CoreWorld.target(.single), command: .read(offset: 0, length: 1))
        Self.runToAcknowledgement(&world)
        world.disconnect()
        world.loses = { if case .paging = $0 { true } else { false } }
        world.connect()
        while world.readers[0].inbox.contains(where: { $0.spoolNumber != nil }) { _ = world.step() }
        #expect(world.results.isEmpty)
        world.readers[0].confirm()
        if restarts {
            world.crash()
            world.connect()
        }
        world.run()
        let failed = DeviceResult(deviceID: CoreWorld.deviceID(0), authenticated: true, command: .failed)
        #expect(world.told[order] == [failed])
        #expect(world.summaries[order]?.found == 1 && world.summaries[order]?.missing == [])
    }

    @Test(arguments: [mutual, [.deviceAuthentication, .followOnCommands]])
    func aWriteThatMayHaveReachedItsDeviceDoesNotLeaveAgainAfterARestart(profile: SecurityProfile) throws {
        var world = try CoreWorld(1, profile: profile, window: profile == Self.mutual ? 15 : 0)
        world.tampers = { pdu in
            if case .commandResponse(let message) = pdu, message.nasPDU.first == 6 { return [] }
            return [pdu]
        }
        let order = world.order(CoreWorld.target(.single), command: .write(offset: 0, data: [9]))
        while !world.commands.contains(where: { $0.nasPDU.first == 5 }), world.step() {}
        world.crash()
        world.disconnect()
        world.readers[0].spool = []
        world.connect()
        world.run()
        #expect(world.commands.filter { $0.nasPDU.first == 5 }.count == 1)
        #expect(world.told[order]?.map(\.command) == [.failed])
    }

    @Test func aRestartedAIoTFReleasesWhatItRemembers() throws {
        var world = try CoreWorld(1, profile: Self.plain, window: 15)
        _ = world.order(CoreWorld.target(.single))
        let session = try #require(world.requests.first).session
        world.crash()
        let sentBefore = world.sent.count
        world.connect()
        guard case .aiotSessionReleaseCommand(let release) = world.sent[sentBefore + 1] else {
            Issue.record("no release after the NG Setup Response")
            return
        }
        #expect(release.session == session)
        world.run()
        #expect(world.changes.contains(.requestEnded(correlation: session.correlationIdentifier)))
    }

    @Test func aCorrelationThatIsRememberedIsNotGivenAgain() throws {
        var world = try CoreWorld(2, profile: Self.plain, window: 15)
        let requests = [65_535, 0, 1].map { correlation in
            StoredRequest(
                orderID: 9, correlation: correlation,
                reader: ReaderIdentity(
                    globalGNBID: GlobalGNBID(plmn: [1, 2, 3], gnbID: 9, bitLength: 22), name: nil),
                nonce1: Nonce(drawnFrom: &world.generator), target: .all, counter: nil, hasFollowOn: false)
        }
        let state = StoredState(lastCorrelation: 65_534, requests: requests)
        world.aiotf = AIoTF(
            registry: world.store.registry, restoring: state, generator: SeededGenerator(seed: 2))
        world.connect()
        _ = world.order(CoreWorld.target(.single))
        #expect(world.requests.map(\.session.correlationIdentifier) == [2])
    }

    @Test func noMoreRequestsAreRememberedThanTheLimit() throws {
        var configuration = AIoTFConfiguration()
        configuration.orphanLimit = 2
        configuration.largestAttempts = 100
        var world = try CoreWorld(1, profile: Self.plain, window: 15, configuration: configuration)
        world.tampers = { if case .aiotSessionReleaseComplete = $0 { [] } else { [$0] } }
        world.loses = { if case .paging = $0 { true } else { false } }
        _ = world.order(CoreWorld.target(.single))
        for _ in 0..<5 {
            world.disconnect()
            world.connect()
            _ = world.passDeadline()
        }
        #expect(world.rejected(.forgottenRequest) == 3)
        #expect(world.requests.count == 6 && world.store.state.requests.map(\.correlation) == [3, 4, 5])
    }

    @Test func aRestartTellsNoDeviceAgain() throws {
        var world = try CoreWorld(3, profile: Self.mutual, window: 15, isGroup: true)
        let order = world.order(.group(CoreWorld.groupID))
        while world.results.isEmpty, world.step() {}
        world.crash()
        world.disconnect()
        world.connect()
        world.run()
        #expect(world.told[order]?.count == 3 && world.summaries[order]?.found == 3)
    }
}

/// `orderCancelled`.
@Suite struct CancellationTests {
    @Test func aCancelledOrderReleasesItsRequestAndEndsWithWhatWasFound() throws {
        var world = try CoreWorld(3, profile: [.deviceAuthentication, .networkAuthentication], isGroup: true)
        let order = world.order(.group(CoreWorld.groupID))
        let next = world.order(.device(CoreWorld.deviceID(0)))
        while world.results.isEmpty, world.step() {}
        world.cancel(order)
        #expect(world.sent.last?.name == "AIOTSessionReleaseCommand" && world.summaries[order] == nil)
        world.run()
        #expect(world.summaries[order]?.found == world.told[order]?.count)
        #expect(world.requests.count == 2 && world.summaries[next]?.found == 1)
    }

    @Test func aWaitingOrderIsCancelledAtOnce() throws {
        var world = try CoreWorld(2, profile: .deviceAuthentication)
        _ = world.order(CoreWorld.target(.single))
        let waiting = world.order(.device(CoreWorld.deviceID(1)))
        world.cancel(waiting)
        world.cancel(77)
        #expect(world.summaries[waiting]?.missing == [CoreWorld.deviceID(1)])
        world.run()
        #expect(world.requests.count == 1 && world.summaries.count == 2)
    }

    @Test func whatIsAcknowledgedWhileTheReleaseIsUnderWayIsFound() throws {
        for profile in [[.deviceAuthentication, .networkAuthentication], .deviceAuthentication] as [SecurityProfile] {
            var world = try CoreWorld(1, profile: profile)
            let order = world.order(CoreWorld.target(.single))
            while world.acknowledged.isEmpty, world.step() {}
            world.cancel(order)
            world.run()
            #expect(world.summaries[order]?.found == 1 && world.requests.count == 1)
        }
    }
}
