import AIoTBase
import AIoTF
import AIoTFService
import AIoTSecurity
import NGAP
import Testing

/// Another process gives a device another key while the loop has an order for it open.
@Suite struct ReplacementTests {
    private static let order = #"{"request":"inventory","device":"d0000000"}"#

    private static func replace(_ world: LoopWorld) throws {
        var new = Provisioning()
        new.devices = [try StoreFixture.device(0, key: 0x55)]
        try world.fixture.open(lockTimeout: 1).provision(new, replaces: true)
    }

    private static func counter(_ world: LoopWorld) throws -> CounterState? {
        try world.store.records(after: 0).devices.first?.counter
    }

    @Test func whatIsReplacedIsKnownBeforeTheNextAnswer() throws {
        let world = try LoopWorld(1)
        try world.connect()
        try world.order(Self.order)
        try Self.replace(world)
        try world.turn(.received(LoopWorld.reader, []))
        #expect(try Self.counter(world) == CounterState())
        #expect(try world.store.loadState().state.requests.map(\.counter) == [nil])
    }

    @Test func aCounterOfTheOldKeyIsNotWrittenForTheNewOne() throws {
        let world = try LoopWorld(1)
        let generation = try world.store.records(after: 0).generation
        try Self.replace(world)
        let id = StoreFixture.deviceID(0)
        let request = StoredRequest(
            orderID: 1, correlation: 1, reader: ReaderIdentity(globalGNBID: LoopWorld.gnb, name: nil),
            nonce1: Nonce(drawnFrom: &world.generator), target: .device(id), counter: 41, hasFollowOn: false)
        let batch: [AIoTFAction] = [
            .persist(.deviceCounter(deviceID: id, CounterState(confirmed: 41, unanswered: 1))),
            .persist(.request(request)),
        ]
        try world.store.commit(batch, decidedWith: generation)
        #expect(try Self.counter(world) == CounterState())
        #expect(try world.store.loadState().state.requests.map(\.counter) == [nil])
        try world.store.commit(batch, decidedWith: generation + 1)
        #expect(try Self.counter(world)?.confirmed == 41)
    }
}
