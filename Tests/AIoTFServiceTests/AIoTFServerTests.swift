import AIoTF
import GRDB
import Testing

@testable import AIoTFService

@Suite struct AIoTFServerTests {
    @Test func whatWaitsIsDealtWithBeforeTheEnd() async throws {
        let world = try LoopWorld(1)
        let mailbox = Mailbox()
        mailbox.post(.connected(LoopWorld.reader, peer: "a"))
        mailbox.post(.received(LoopWorld.reader, []))
        mailbox.post(.requested(LoopWorld.client, .readers))
        mailbox.stop()
        try await AIoTFServer(mailbox: mailbox).run(world.loop)
        let deeds = world.deeds.take()
        #expect(deeds.prefix(2) == [.answeredProbe(LoopWorld.reader), .processed(LoopWorld.reader)])
        #expect(deeds.last == .told(LoopWorld.client, #"{"type":"summary","readers":1,"rejected":{}}"#, isLast: true))
    }

    @Test func inputsOfAllThreadsAreServedOneAfterTheOther() async throws {
        let world = try LoopWorld(1)
        let mailbox = Mailbox()
        let loop = world.loop
        async let served: Void = AIoTFServer(mailbox: mailbox).run(loop)
        await withTaskGroup(of: Void.self) { group in
            for reader in 1...4 {
                group.addTask {
                    for _ in 0..<250 { mailbox.post(.received(ReaderID(reader), [])) }
                }
            }
        }
        mailbox.stop()
        try await served
        #expect(world.deeds.take().count { if case .answeredProbe = $0 { true } else { false } } == 1_000)
    }

    @Test func aStoreThatIsOfNoUseEndsTheServer() async throws {
        let world = try LoopWorld(1)
        try world.store.transaction { try $0.execute(sql: "DROP TABLE orders") }
        let mailbox = Mailbox()
        mailbox.post(.requested(LoopWorld.client, try ControlRequest(#"{"request":"inventory","all":true}"#.utf8)))
        await #expect(throws: StoreFailure.self) { try await AIoTFServer(mailbox: mailbox).run(world.loop) }
        #expect(world.deeds.take().isEmpty)
    }

    /// Its last device was told, its end not any more.
    @Test func anOrderThatARestartHasEndedIsToldAndStored() async throws {
        let world = try LoopWorld(1)
        let order = InventoryOrder(target: .device(StoreFixture.deviceID(0)))
        let result = DeviceResult(deviceID: StoreFixture.deviceID(0), authenticated: true)
        try world.store.commit([.persist(.orderOpened(id: 1, order)), .result(orderID: 1, result)])
        let mailbox = Mailbox()
        mailbox.stop()
        try await AIoTFServer(mailbox: mailbox).run(try LoopWorld.makeLoop(world.store, world.deeds))
        #expect(try world.store.report(ofOrder: 1)?.ending != nil)
    }

    @Test func aFullMailboxTakesOnlyEnds() {
        let mailbox = Mailbox(limit: 2)
        #expect(mailbox.post(.received(ReaderID(1), [])))
        #expect(mailbox.post(.received(ReaderID(1), [])))
        #expect(!mailbox.post(.received(ReaderID(1), [])))
        #expect(mailbox.post(.disconnected(ReaderID(1))))
        #expect(mailbox.take(within: 0)?.count == 3)
        #expect(mailbox.take(within: 0)?.isEmpty == true)
    }
}
