import AIoTBase
package import AIoTF
import AIoTSecurity
import Foundation
import GRDB
import NGAP

extension DeviceStore {
    /// What the core goes on with after a restart, with the devices and groups and their generation.
    /// - Throws: `StoreFailure`.
    package func loadState() throws -> (registry: Registry, state: StoredState, generation: Int) {
        let records = try records(after: 0)
        var registry = Registry()
        do {
            for device in records.devices { try registry.provision(device) }
            for group in records.groups { try registry.provision(group) }
        } catch {
            throw StoreFailure.damaged(path: path, reason: "what is provisioned does not go together: \(error)")
        }
        let state = try read { [path] in try StateReader(db: $0, path: path).state() }
        return (registry, state, records.generation)
    }

    /// The number of the last order given, 0 where there was none.
    package func lastOrder() throws -> UInt64 {
        try read { UInt64(clamping: try Int64.fetchOne($0, sql: "SELECT max(id) FROM orders") ?? 0) }
    }
}

private struct StateReader {
    let db: Database
    let path: String

    func state() throws -> StoredState {
        StoredState(
            lastCorrelation: try Int.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'last correlation'"),
            orders: try orders(), requests: try requests(), sessions: try sessions())
    }

    private func orders() throws -> [StoredOrder] {
        let sql = """
            SELECT id, target, target_id, command, scope, finished FROM orders
            WHERE finished = 0 OR id IN (SELECT order_id FROM requests) ORDER BY id
            """
        return try Row.fetchAll(db, sql: sql).map { row in
            let id = row["id"] as Int64
            let command = try (row["command"] as Data?).map { text in
                guard let command = try? FollowOnCommand(plaintext: Array(text)) else { throw damaged("orders") }
                return command
            }
            guard let target = InventoryTarget(storedKind: row["target"], id: row["target_id"]),
                let scope = InventoryScope(stored: row["scope"])
            else { throw damaged("orders") }
            let reported = try Data.fetchAll(
                db, sql: "SELECT device_id FROM results WHERE order_id = ?", arguments: [id])
            return StoredOrder(
                id: UInt64(clamping: id), order: InventoryOrder(target: target, command: command, scope: scope),
                reported: Set(reported.map { Array($0) }), pending: try pending(id), isFinished: row["finished"])
        }
    }

    private func pending(_ order: Int64) throws -> [PendingDevice] {
        let sql = "SELECT device_id, authenticated, command_has_left FROM pending WHERE order_id = ?"
        return try Row.fetchAll(db, sql: sql, arguments: [order]).map { row in
            PendingDevice(
                deviceID: Array(row["device_id"] as Data), authenticated: row["authenticated"],
                commandHasLeft: row["command_has_left"])
        }
    }

    private func requests() throws -> [StoredRequest] {
        try Row.fetchAll(db, sql: "SELECT * FROM requests ORDER BY correlation").map { row in
            guard let nonce1 = Nonce(row["nonce1"] as Data), let gnbID = UInt32(exactly: row["gnb_id"] as Int64),
                let target = InventoryTarget(storedKind: row["target"], id: row["target_id"])
            else { throw damaged("requests") }
            return StoredRequest(
                orderID: UInt64(clamping: row["order_id"] as Int64), correlation: row["correlation"],
                reader: ReaderIdentity(
                    globalGNBID: GlobalGNBID(
                        plmn: Array(row["plmn"] as Data), gnbID: gnbID, bitLength: row["gnb_bits"]),
                    name: row["reader_name"]),
                nonce1: nonce1, target: target,
                counter: (row["counter"] as Int64?).map { UInt32(truncatingIfNeeded: $0) },
                hasFollowOn: row["has_follow_on"])
        }
    }

    private func sessions() throws -> [StoredSession] {
        try Row.fetchAll(db, sql: "SELECT * FROM sessions").map { row in
            guard let nonce1 = Nonce(row["nonce1"] as Data), let nonce2 = Nonce(row["nonce2"] as Data),
                let id = UInt32(exactly: row["ran_device_id"] as Int64)
            else { throw damaged("sessions") }
            return StoredSession(
                correlation: row["correlation"], ranDeviceNGAPID: id, deviceID: Array(row["device_id"] as Data),
                nonce1: nonce1, nonce2: nonce2)
        }
    }

    private func damaged(_ table: String) -> StoreFailure {
        .damaged(path: path, reason: "a row of \(table) makes no sense")
    }
}
