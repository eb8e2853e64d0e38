import AIoTBase
import AIoTF
import AIoTFService
import AIoTSecurity
import Foundation
import GRDB
import Testing

@Suite struct DeviceStoreTests {
    let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    @Test func whatWasProvisionedIsThereAfterReopening() throws {
        try fixture.open().provision(try StoreFixture.provisioning(3), replaces: false)
        let records = try fixture.open(.existing).records(after: 0)
        #expect(records.devices.map(\.id) == (0..<3).map(StoreFixture.deviceID))
        #expect(try records.devices.map(\.key) == (0..<3).map { try StoreFixture.key(UInt8($0)) })
        #expect(records.devices.allSatisfy { $0.configuration == StoreFixture.configuration })
        #expect(records.groups.first?.members == (0..<3).map(StoreFixture.deviceID))
        #expect(records.groups.first?.key == (try StoreFixture.key(0xFF)))
    }

    @Test func noKeyStandsInTheFile() throws {
        let store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(3), replaces: false)
        let key = Data([UInt8](repeating: 2, count: 16))
        for name in ["store", "store-wal"] {
            let octets = try Data(contentsOf: URL(filePath: fixture.folder.file(name)))
            #expect(octets.range(of: Data(StoreFixture.deviceID(2))) != nil || name == "store")
            #expect(octets.range(of: key) == nil)
        }
    }

    @Test func onlyItsOwnerMayReadAStore() throws {
        _ = try fixture.open()
        let mode = try FileManager.default.attributesOfItem(atPath: fixture.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func anotherMasterKeyIsRefused() throws {
        _ = try fixture.open()
        #expect(throws: StoreFailure.wrongKey(path: fixture.path)) { try fixture.open(masterKey: MasterKey()) }
    }

    @Test func aSealedKeyThatWasMovedToAnotherRowDoesNotOpen() throws {
        try fixture.open().provision(try StoreFixture.provisioning(2), replaces: false)
        try edit("UPDATE devices SET key = (SELECT key FROM devices WHERE number = 1) WHERE number = 2")
        let store = try fixture.open()
        #expect(throws: StoreFailure.self) { try store.records(after: 0) }
    }

    @Test func aFileThatIsNoStoreIsRefusedAndLeftAlone() throws {
        let octets = Data((0..<5_000).map { UInt8($0 % 251) })
        try octets.write(to: URL(filePath: fixture.path))
        #expect(throws: StoreFailure.notAStore(path: fixture.path)) { try fixture.open() }
        #expect(try Data(contentsOf: URL(filePath: fixture.path)) == octets)
    }

    @Test func anotherDatabaseIsRefused() throws {
        try edit("CREATE TABLE songs (name TEXT)")
        #expect(throws: StoreFailure.notAStore(path: fixture.path)) { try fixture.open() }
    }

    @Test func aSchemaOfAnotherVersionIsRefused() throws {
        _ = try fixture.open()
        try edit("UPDATE meta SET value = 99 WHERE name = 'schema'")
        #expect(throws: StoreFailure.otherSchema(path: fixture.path, found: 99, known: 1)) { try fixture.open() }
    }

    @Test func aColumnHoldsNothingOfAnotherType() throws {
        try fixture.open().provision(try StoreFixture.provisioning(1), replaces: false)
        #expect(throws: DatabaseError.self) { try edit("UPDATE devices SET profile = 'x'") }
        #expect(throws: DatabaseError.self) { try edit("UPDATE devices SET key = NULL") }
    }

    @Test func aStoreThatMustBeThereIsNotMade() throws {
        #expect(throws: StoreFailure.missing(path: fixture.path)) { try fixture.open(.existing) }
        #expect(!FileManager.default.fileExists(atPath: fixture.path))
    }

    @Test func aStoreThatIsLockedIsToldAsSuch() throws {
        let store = try fixture.open()
        let other = try DatabaseQueue(path: fixture.path)
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            #expect(throws: StoreFailure.locked(path: fixture.path)) {
                try store.provision(try StoreFixture.provisioning(1), replaces: false)
            }
            try db.execute(sql: "ROLLBACK")
        }
        try store.provision(try StoreFixture.provisioning(1), replaces: false)
    }

    @Test func aStoreThatIsLockedCanBeRead() throws {
        let store = try fixture.open()
        try store.provision(try StoreFixture.provisioning(1), replaces: false)
        let other = try DatabaseQueue(path: fixture.path)
        try other.inDatabase { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            #expect(try store.records(after: 0).devices.count == 1)
            #expect(try store.report(ofOrder: nil) == nil)
            #expect(try fixture.open(.existing).lastOrder() == 0)
            try db.execute(sql: "ROLLBACK")
        }
    }

    @Test(arguments: [ResultCode.SQLITE_NOMEM, .SQLITE_PROTOCOL, .SQLITE_INTERRUPT, .SQLITE_BUSY, .SQLITE_FULL])
    func whatMayPassIsNotDamage(code: ResultCode) {
        let failure = StoreFailure(DatabaseError(resultCode: code), path: "f")
        #expect(failure.mayPass && failure.exitStatus == 75)
    }

    @Test func ofTwoServersOnOneStoreTheSecondIsRefused() throws {
        let first = try StoreLock(store: fixture.path)
        #expect(throws: StoreFailure.inUse(path: fixture.path)) { _ = try StoreLock(store: fixture.path) }
        _ = consume first
        _ = try StoreLock(store: fixture.path)
    }

    /// Changes the file as another program would.
    private func edit(_ sql: String) throws {
        try DatabaseQueue(path: fixture.path).write { try $0.execute(sql: sql) }
    }
}
