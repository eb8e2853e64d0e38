import AIoTBase
import AIoTDevice
import AIoTF
import AIoTFService
import AIoTSecurity
import GRDB
import NGAP
import Synchronization
import Testing

@Suite struct AIoTFLoopTests {
    @Test func devicesAreToldAsTheyAreFoundAndThenTheSummary() throws {
        let world = try LoopWorld(3)
        try world.connect()
        try world.order(#"{"request":"inventory","group":"6001","command":"read:0,4"}"#)
        try world.run()
        #expect(world.lines.count == 5)
        #expect(world.lines.first == #"{"type":"order","order":1}"#)
        #expect(
            world.lines.dropFirst().dropLast().allSatisfy {
                $0.contains(#""authenticated":true,"commandStatus":"done","commandData":"00010203""#)
            })
        #expect(world.lines.last?.hasPrefix(#"{"type":"summary","order":1,"devices":3,"missing":0"#) == true)
    }

    @Test func whatWasToldIsInTheStoreBefore() throws {
        let world = try LoopWorld(2)
        let store = world.store
        let early = Mutex(0)
        world.deeds.onEach { deed in
            guard case .told(_, let line, _) = deed, line.contains("deviceID") else { return }
            let told = try? store.report(ofOrder: 1)?.results.contains { line.contains(Hex.encoded($0.deviceID)) }
            if told != true { early.withLock { $0 += 1 } }
        }
        try world.connect()
        try world.order(#"{"request":"inventory","all":true}"#)
        try world.run()
        #expect(world.lines.count == 4)
        #expect(early.withLock { $0 } == 0)
    }

    @Test func aCounterIsInTheStoreBeforeItsPagingLeaves() throws {
        let world = try LoopWorld(1)
        let store = world.store
        let moved = Mutex<[Int?]>([])
        world.deeds.onEach { deed in
            guard case .sent(_, .inventoryRequest) = deed else { return }
            let record = try? store.records(after: 0).groups.first
            moved.withLock { $0.append(record?.counter.unanswered) }
        }
        try world.connect()
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        #expect(moved.withLock { $0 } == [1])
    }

    @Test func aProbeIsAnsweredAfterWhatCameBeforeIsDurable() throws {
        let world = try LoopWorld(1)
        try world.connect()
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        let deeds = try world.turn(.received(LoopWorld.reader, [1, 2, 3]), .received(LoopWorld.reader, []))
        #expect(deeds.count == 4)
        #expect(
            deeds.dropFirst() == [
                .processed(LoopWorld.reader), .answeredProbe(LoopWorld.reader), .processed(LoopWorld.reader),
            ])
        try world.blockStore(true)
        #expect(try world.order(#"{"request":"inventory","group":"6001"}"#).isEmpty)
        #expect(try world.turn(.received(LoopWorld.reader, [])).isEmpty)
        world.now += .milliseconds(1_000)
        #expect(world.loop.nextDeadline == world.now)
        try world.blockStore(false)
        let late = try world.turn()
        #expect(late.contains(.answeredProbe(LoopWorld.reader)))
        #expect(world.lines.last == #"{"type":"order","order":2}"#)
    }

    @Test func anOrderGoesOnWhenItsClientIsGone() throws {
        let world = try LoopWorld(2)
        try world.connect()
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        try world.turn(.clientLeft(LoopWorld.client))
        try world.run()
        #expect(world.lines.count == 1)
        let report = try #require(try world.store.report(ofOrder: nil))
        #expect(report.results.count == 2)
        #expect(report.ending?.missing.isEmpty == true)
    }

    @Test func anOrderGoesOnAfterARestart() throws {
        let world = try LoopWorld(3)
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        world.loop = try LoopWorld.makeLoop(world.store, world.deeds)
        try world.connect()
        try world.run()
        let report = try #require(try world.store.report(ofOrder: 1))
        #expect(report.results.count == 3)
        #expect(report.ending != nil)
        try world.order(#"{"request":"inventory","group":"6001","wait":false}"#)
        #expect(world.lines.last == #"{"type":"order","order":2}"#, "numbers of orders are not given twice")
    }

    /// They would take the places of orders with results.
    @Test func aRefusedOrderIsNotStoredAndItsNumberIsGivenAgain() throws {
        let world = try LoopWorld(1)
        for _ in 0..<3 { try world.order(#"{"request":"inventory","device":"d0000009"}"#) }
        #expect(try world.store.report(ofOrder: nil) == nil)
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        #expect(world.lines.last == #"{"type":"order","order":1}"#)
    }

    @Test func whatIsProvisionedMeanwhileIsKnownToTheNextOrder() throws {
        let world = try LoopWorld(1)
        try world.connect()
        let request = #"{"request":"inventory","device":"d0000009"}"#
        #expect(try world.order(request).contains { "\($0)".contains("refused") })
        var new = Provisioning()
        new.devices = [try StoreFixture.device(9)]
        new.joining = [.init(device: StoreFixture.deviceID(9), group: StoreFixture.groupID)]
        try world.fixture.open(lockTimeout: 1).provision(new, replaces: false)
        let deeds = try world.order(request)
        #expect(deeds.contains { if case .sent(_, .inventoryRequest) = $0 { true } else { false } })
        #expect(world.loop.counts.devices == 2)
    }

    @Test func readersAreListedWithWhatTheySaidOfThemselves() throws {
        let world = try LoopWorld(1)
        try world.connect()
        try world.turn(.connected(ReaderID(2), peer: "reader \"b\""))
        try world.order(#"{"request":"readers"}"#)
        #expect(
            world.lines == [
                #"{"type":"reader","gnbID":7,"name":"dock","areas":["000001"],"peer":"127.0.0.1:1"}"#,
                #"{"type":"reader","gnbID":null,"name":null,"areas":[],"peer":"reader \"b\""}"#,
                #"{"type":"summary","readers":2,"rejected":{}}"#,
            ])
        try world.turn(.disconnected(ReaderID(2)))
        try world.order(#"{"request":"readers"}"#)
        #expect(world.lines.last == #"{"type":"summary","readers":1,"rejected":{}}"#)
    }

    @Test func whatWasNotTakenIsLoggedAndShownWithTheReaders() throws {
        let world = try LoopWorld(1)
        try world.connect()
        try world.turn(.received(LoopWorld.reader, [1, 2, 3]), .received(LoopWorld.reader, [4]))
        try world.turn(.received(LoopWorld.reader, [5]))
        #expect(world.log.lines == ["debug: not taken undecodableNGAP 2", "debug: not taken undecodableNGAP 1"])
        try world.order(#"{"request":"readers"}"#)
        #expect(world.lines.last == #"{"type":"summary","readers":1,"rejected":{"undecodableNGAP":3}}"#)
    }

    @Test func aLargeGroupWithoutKeyHintsIsWarnedOf() throws {
        let world = try LoopWorld(1)
        var new = Provisioning()
        new.devices = try (1...1_000).map { try StoreFixture.device($0) }
        new.joining = new.devices.map { .init(device: $0.id, group: StoreFixture.groupID) }
        new.devices = new.devices.map { device in
            var device = device
            device.configuration.profile.remove(.keyHint)
            return device
        }
        new.groups = [
            GroupRecord(
                id: StoreFixture.groupID, key: try StoreFixture.key(0xFF), configuration: new.devices[0].configuration,
                members: new.devices.map(\.id) + [StoreFixture.deviceID(1_001)])
        ]
        new.joining = []
        var last = try StoreFixture.device(1_001)
        last.configuration = new.devices[0].configuration
        new.devices.append(last)
        try world.fixture.open(lockTimeout: 1).provision(new, replaces: true)
        try world.turn()
        #expect(world.log.lines.count == 1)
        #expect(world.log.lines.first?.contains("1001 members") == true)
    }

    @Test func aLockedStoreIsTriedOnceASecond() throws {
        let world = try LoopWorld(1)
        try world.connect()
        try world.blockStore(true)
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        try world.blockStore(false)
        #expect(try world.turn(.received(LoopWorld.reader, [])).isEmpty)
        world.now += .milliseconds(1_000)
        #expect(try world.turn().contains(.answeredProbe(LoopWorld.reader)))
    }

    @Test func aCancelledOrderEndsWithWhatWasFound() throws {
        let world = try LoopWorld(2)
        try world.order(#"{"request":"inventory","group":"6001"}"#)
        try world.turn(.requested(ControlClientID(2), .cancel(order: 1)))
        #expect(world.lines.contains(#"{"type":"cancelled","order":1}"#))
        #expect(world.lines.last?.contains(#""devices":0,"missing":2"#) == true)
    }

    @Test func anOrderThatIsNotOpenCannotBeCancelled() throws {
        let world = try LoopWorld(1)
        try world.order(#"{"request":"cancel","order":1}"#)
        #expect(world.lines.last?.contains("order 1 is not open") == true)
    }

    @Test func aWriteIsCarriedOutOnce() throws {
        let world = try LoopWorld(1)
        try world.connect()
        try world.order(#"{"request":"inventory","device":"d0000000","command":"write:2,aabb"}"#)
        try world.run()
        #expect(world.lines.contains { $0.contains(#""commandStatus":"done""#) })
        #expect(world.devices[0].nonVolatile.memory.prefix(5) == [0, 1, 0xAA, 0xBB, 4])
    }
}

extension LoopWorld {
    /// Takes the lock on the store that its own commits need, or gives it back.
    func blockStore(_ isBlocked: Bool) throws {
        if isBlocked {
            var configuration = Configuration()
            configuration.allowsUnsafeTransactions = true
            blocker = try DatabaseQueue(path: fixture.path, configuration: configuration)
            try blocker?.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
        } else {
            try blocker?.inDatabase { try $0.execute(sql: "ROLLBACK") }
            blocker = nil
        }
    }
}
