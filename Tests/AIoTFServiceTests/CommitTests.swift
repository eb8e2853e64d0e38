import AIoTBase
import AIoTSecurity
import GRDB
import NGAP
import Testing

@testable import AIoTF
@testable import AIoTFService

@Suite struct CommitTests {
    let fixture: StoreFixture
    let store: DeviceStore
    private let order = InventoryOrder(
        target: .group(StoreFixture.groupID), command: .write(offset: 3, data: [1, 2]),
        scope: .readers([ReaderAddress(gnbID: 7, readerIndex: 2)]))

    init() throws {
        fixture = try StoreFixture()
        store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(3), replaces: false)
    }

    private func nonce(_ octet: UInt8) throws -> Nonce { try #require(Nonce([UInt8](repeating: octet, count: 16))) }

    private func request(_ correlation: Int, order: UInt64 = 1) throws -> StoredRequest {
        StoredRequest(
            orderID: order, correlation: correlation,
            reader: ReaderIdentity(
                globalGNBID: GlobalGNBID(plmn: [0, 0xF1, 0x10], gnbID: 7, bitLength: 22), name: "dock"),
            nonce1: try nonce(1),
            target: .group(StoreFixture.groupID), counter: .max, hasFollowOn: true)
    }

    private func session(_ correlation: Int, _ device: UInt32) throws -> StoredSession {
        StoredSession(
            correlation: correlation, ranDeviceNGAPID: device, deviceID: StoreFixture.deviceID(0),
            nonce1: try nonce(1), nonce2: try nonce(2))
    }

    private func result(_ place: Int) -> DeviceResult {
        DeviceResult(
            deviceID: StoreFixture.deviceID(place), authenticated: true,
            command: .response(FollowOnResponse(status: .done, data: [9])))
    }

    @Test func whatWasCommittedComesBackAfterReopening() throws {
        let request = try request(65_535)
        let session = try session(65_535, .max)
        let pending = PendingDevice(deviceID: StoreFixture.deviceID(2), authenticated: true, commandHasLeft: true)
        let counter = CounterState(confirmed: .max, unanswered: 3)
        try store.commit([
            .persist(.orderOpened(id: 1, order)), .persist(.correlation(65_535)), .persist(.request(request)),
            .persist(.session(session)), .persist(.pending(orderID: 1, pending)),
            .persist(.groupCounter(groupID: StoreFixture.groupID, counter)), .result(orderID: 1, result(0)),
        ])
        let (registry, state, _) = try fixture.open(.existing).loadState()
        #expect(state.lastCorrelation == 65_535)
        #expect(state.requests == [request])
        #expect(state.sessions == [session])
        #expect(registry.groups[StoreFixture.groupID]?.counter == counter)
        let open = try #require(state.orders.first)
        #expect(open.order == order)
        #expect(open.reported == [StoreFixture.deviceID(0)])
        #expect(open.pending == [pending])
        #expect(!open.isFinished)
    }

    @Test(arguments: [InventoryScope.anywhere, .areas([[0, 0, 1], [0xFF, 0, 2]]), .readers([])])
    func everyScopeComesBack(scope: InventoryScope) throws {
        let order = InventoryOrder(target: .all, scope: scope)
        try store.commit([.persist(.orderOpened(id: 1, order))])
        #expect(try store.loadState().state.orders.first?.order == order)
    }

    @Test func ofABatchThatCannotBeWrittenNothingIs() throws {
        let twice: [AIoTFAction] = [
            .persist(.correlation(5)), .persist(.orderOpened(id: 1, order)), .persist(.orderOpened(id: 1, order)),
        ]
        #expect(throws: (any Error).self) { try store.commit(twice) }
        let state = try fixture.open(.existing).loadState().state
        #expect(state.lastCorrelation == nil)
        #expect(state.orders.isEmpty)
    }

    @Test func aRequestThatHasEndedTakesItsSessionsAlong() throws {
        try store.commit([
            .persist(.request(try request(1))), .persist(.session(try session(1, 1))),
            .persist(.request(try request(2))), .persist(.session(try session(2, 1))),
        ])
        try store.commit([.persist(.requestEnded(correlation: 1))])
        let state = try store.loadState().state
        #expect(state.requests.map(\.correlation) == [2])
        #expect(state.sessions.map(\.correlation) == [2])
    }

    @Test func aDeviceIsInTheResultsOfAnOrderOnce() throws {
        try store.commit([.persist(.orderOpened(id: 1, order)), .result(orderID: 1, result(0))])
        try store.commit([.result(orderID: 1, result(0))])
        #expect(try store.report(ofOrder: 1)?.results == [result(0)])
    }

    @Test func aResultAfterTheEndIsMissingNoMore() throws {
        let missing = [StoreFixture.deviceID(1), StoreFixture.deviceID(2)]
        try store.commit([.persist(.orderOpened(id: 1, order)), .result(orderID: 1, result(0))])
        try store.commit([
            .finished(orderID: 1, InventorySummary(found: 1, missing: missing, requests: 4, refusal: nil))
        ])
        try store.commit([.result(orderID: 1, result(2))])
        let report = try #require(try store.report(ofOrder: nil))
        #expect(report.results.count == 2)
        #expect(report.ending?.missing == [StoreFixture.deviceID(1)])
        #expect(report.ending?.requests == 4)
    }

    @Test func readersThatFailedComeBackWithTheReport() throws {
        try store.commit([.persist(.orderOpened(id: 1, order))])
        let failures = [
            ReaderFailure(gnbID: .max, name: "dock", cause: "a"), ReaderFailure(gnbID: 2, name: nil, cause: "b"),
        ]
        let summary = InventorySummary(found: 0, missing: [], requests: 4, refusal: nil, failures: failures)
        try store.commit([.finished(orderID: 1, summary)])
        #expect(try store.report(ofOrder: 1)?.ending?.failures == failures)
    }

    @Test func aFinishedOrderIsRememberedWhileAReaderMayHaveARequestOfIt() throws {
        let summary = InventorySummary(found: 0, missing: [], requests: 1, refusal: nil)
        for id: UInt64 in 1...2 { try store.commit([.persist(.orderOpened(id: id, order))]) }
        try store.commit([.persist(.request(try request(1, order: 2)))])
        for id: UInt64 in 1...2 { try store.commit([.finished(orderID: id, summary)]) }
        let orders = try store.loadState().state.orders
        #expect(orders.map(\.id) == [2])
        #expect(orders.first?.isFinished == true)
        #expect(try store.lastOrder() == 2)
    }

    @Test func aFullDiskIsToldAndMayPass() throws {
        try store.access { try $0.execute(sql: "PRAGMA max_page_count = 1") }
        let failure = #expect(throws: StoreFailure.self) {
            for id: UInt64 in 1...1_000 { try store.commit([.persist(.orderOpened(id: id, order))]) }
        }
        #expect(failure == .full(path: fixture.path))
        #expect(failure?.mayPass == true)
    }
}
