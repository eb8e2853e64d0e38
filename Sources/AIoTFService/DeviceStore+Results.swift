package import AIoTF
import AIoTSecurity
import Foundation
import GRDB

/// What a store knows of an order: what was found, and once it has finished how it ended.
package struct OrderReport: Sendable {
    package var id: UInt64
    /// In the order in which they were told.
    package var results: [DeviceResult]
    package var ending: Ending?

    package struct Ending: Sendable {
        /// Devices that were asked for by name or group and not found, later ones included.
        package var missing: [[UInt8]]
        package var requests: Int
        /// Readers that have not completed a request, while devices may be missing for it.
        package var failures: [ReaderFailure]
    }
}

extension DeviceStore {
    /// - Parameter id: nil for the last order.
    /// - Returns: nil where there is no such order.
    /// - Throws: `StoreFailure`.
    package func report(ofOrder id: UInt64?) throws -> OrderReport? {
        try read { [path] db in
            let order = try Row.fetchOne(
                db, sql: "SELECT * FROM orders WHERE id = ifnull(?, (SELECT max(id) FROM orders))",
                arguments: [id.map { Int64(clamping: $0) }])
            guard let order else { return nil }
            let id = order["id"] as Int64
            let sql = "SELECT * FROM results WHERE order_id = ? ORDER BY rowid"
            let results = try Row.fetchAll(db, sql: sql, arguments: [id]).map { row in
                let status = row["command_status"] as Int?
                let outcome = status.flatMap {
                    DeviceResult.CommandOutcome(storedStatus: $0, data: row["command_data"])
                }
                guard (status == nil) == (outcome == nil) else {
                    throw StoreFailure.damaged(path: path, reason: "a row of results makes no sense")
                }
                return DeviceResult(
                    deviceID: Array(row["device_id"] as Data), authenticated: row["authenticated"], command: outcome)
            }
            var report = OrderReport(id: UInt64(clamping: id), results: results)
            if order["finished"] as Bool {
                let missing = try Data.fetchAll(
                    db, sql: "SELECT device_id FROM missing WHERE order_id = ?", arguments: [id])
                report.ending = .init(
                    missing: missing.map { Array($0) }, requests: order["requests"] ?? 0,
                    failures: try failures(id, db))
            }
            return report
        }
    }

    private func failures(_ order: Int64, _ db: Database) throws -> [ReaderFailure] {
        let sql = "SELECT gnb_id, name, cause FROM failures WHERE order_id = ? ORDER BY rowid"
        return try Row.fetchAll(db, sql: sql, arguments: [order]).map { row in
            ReaderFailure(
                gnbID: UInt32(truncatingIfNeeded: row["gnb_id"] as Int64), name: row["name"], cause: row["cause"])
        }
    }
}
