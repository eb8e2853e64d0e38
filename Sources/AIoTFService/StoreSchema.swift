import Foundation
import GRDB

/// The tables of a store (docs/aiotf.md "The store").
enum StoreSchema {
    static let version = 1

    /// Makes the tables in an empty file, unless another process has just done it.
    static func make(_ db: Database, path: String, masterKey: MasterKey) throws {
        guard try !isThere(db, path: path, masterKey: masterKey) else { return }
        try db.execute(sql: tables)
        let insert = "INSERT INTO meta (name, value) VALUES (?, ?)"
        try db.execute(sql: insert, arguments: ["schema", version])
        try db.execute(sql: insert, arguments: ["generation", 0])
        try db.execute(sql: insert, arguments: ["key check", try masterKey.checkValue()])
    }

    /// Whether there are tables: then those of this version, under this master key.
    static func isThere(_ db: Database, path: String, masterKey: MasterKey) throws -> Bool {
        guard try db.tableExists("meta") else {
            let objects = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            guard objects == 0 else { throw StoreFailure.notAStore(path: path) }
            return false
        }
        guard let found = try? Int.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'schema'") else {
            throw StoreFailure.notAStore(path: path)
        }
        guard found == version else { throw StoreFailure.otherSchema(path: path, found: found, known: version) }
        let check = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'key check'")
        guard let check, masterKey.fits(check) else { throw StoreFailure.wrongKey(path: path) }
        return true
    }

    /// STRICT, so that a row that was written by hand cannot hold what the code does not expect. `number` gives the
    /// order of provisioning; `generation` grows with every change of devices and groups, `key_generation` is that of a row's last change of key.
    private static let tables = """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE devices (
            number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, key BLOB NOT NULL, profile INTEGER NOT NULL,
            algorithms INTEGER NOT NULL, counter_window INTEGER NOT NULL, generation INTEGER NOT NULL,
            key_generation INTEGER NOT NULL) STRICT;
        CREATE INDEX devices_generation ON devices (generation);
        CREATE TABLE groups (
            number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, key BLOB NOT NULL, profile INTEGER NOT NULL,
            algorithms INTEGER NOT NULL, counter_window INTEGER NOT NULL, generation INTEGER NOT NULL,
            key_generation INTEGER NOT NULL) STRICT;
        CREATE TABLE members (
            group_number INTEGER NOT NULL REFERENCES groups, device_number INTEGER NOT NULL REFERENCES devices,
            PRIMARY KEY (group_number, device_number)) STRICT, WITHOUT ROWID;
        CREATE TABLE counters (
            kind TEXT NOT NULL, id BLOB NOT NULL, confirmed INTEGER NOT NULL, unanswered INTEGER NOT NULL,
            PRIMARY KEY (kind, id)) STRICT, WITHOUT ROWID;
        CREATE TABLE orders (
            id INTEGER PRIMARY KEY, target TEXT, target_id BLOB, command BLOB, scope TEXT,
            finished INTEGER NOT NULL DEFAULT 0, requests INTEGER) STRICT;
        CREATE TABLE results (
            order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE, device_id BLOB NOT NULL,
            authenticated INTEGER NOT NULL, command_status INTEGER, command_data BLOB,
            PRIMARY KEY (order_id, device_id)) STRICT;
        CREATE TABLE pending (
            order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE, device_id BLOB NOT NULL,
            authenticated INTEGER NOT NULL, command_has_left INTEGER NOT NULL,
            PRIMARY KEY (order_id, device_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE missing (
            order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE, device_id BLOB NOT NULL,
            PRIMARY KEY (order_id, device_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE failures (
            order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE, gnb_id INTEGER NOT NULL, name TEXT,
            cause TEXT NOT NULL) STRICT;
        CREATE INDEX failures_order ON failures (order_id);
        CREATE TABLE requests (
            correlation INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, plmn BLOB NOT NULL, gnb_id INTEGER NOT NULL,
            gnb_bits INTEGER NOT NULL, reader_name TEXT, nonce1 BLOB NOT NULL, target TEXT NOT NULL, target_id BLOB,
            counter INTEGER, has_follow_on INTEGER NOT NULL) STRICT;
        CREATE TABLE sessions (
            correlation INTEGER NOT NULL, ran_device_id INTEGER NOT NULL, device_id BLOB NOT NULL,
            nonce1 BLOB NOT NULL, nonce2 BLOB NOT NULL, PRIMARY KEY (correlation, ran_device_id)) STRICT, WITHOUT ROWID;
        """
}
