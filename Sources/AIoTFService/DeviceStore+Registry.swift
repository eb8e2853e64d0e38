import AIoTBase
package import AIoTF
import AIoTSecurity
import Foundation
import GRDB

/// Devices and groups as a store has them.
package struct ProvisionedRecords: Sendable {
    /// Grows with every change of devices and groups.
    package var generation: Int
    /// In order of provisioning.
    package var devices: [DeviceRecord] = []
    package var groups: [GroupRecord] = []
}

extension DeviceStore {
    /// What was provisioned or replaced after a generation, counters included.
    /// - Throws: `StoreFailure`.
    package func records(after generation: Int) throws -> ProvisionedRecords {
        try read { [path, masterKey] db in
            let current = try Int.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'generation'") ?? 0
            var records = ProvisionedRecords(generation: current)
            guard current > generation else { return records }
            let reader = RecordReader(db: db, path: path, masterKey: masterKey)
            records.devices = try reader.devices(after: generation)
            records.groups = try reader.groups(after: generation)
            return records
        }
    }

    /// Differs from before when another process has changed the file.
    func dataVersion() throws -> Int {
        try access { try Int.fetchOne($0.cachedStatement(sql: "PRAGMA data_version")) ?? 0 }
    }
}

private struct RecordReader {
    let db: Database
    let path: String
    let masterKey: MasterKey

    func devices(after generation: Int) throws -> [DeviceRecord] {
        var devices: [DeviceRecord] = []
        let rows = try Row.fetchCursor(db, sql: Self.sql("devices", "device"), arguments: [generation])
        while let row = try rows.next() {
            let id = Array(row["id"] as Data)
            guard let key = masterKey.open(row["key"], of: .device(id)),
                let configuration = SecurityConfiguration(row), let counter = CounterState(row)
            else { throw damaged(id) }
            devices.append(DeviceRecord(id: id, key: key, configuration: configuration, counter: counter))
        }
        return devices
    }

    func groups(after generation: Int) throws -> [GroupRecord] {
        try Row.fetchAll(db, sql: Self.sql("groups", "group"), arguments: [generation]).map { row in
            let id = Array(row["id"] as Data)
            guard let key = masterKey.open(row["key"], of: .group(id)), let configuration = SecurityConfiguration(row),
                let counter = CounterState(row)
            else { throw damaged(id) }
            let members = try Data.fetchAll(
                db,
                sql: """
                    SELECT devices.id FROM members JOIN devices ON devices.number = device_number
                    WHERE group_number = ? ORDER BY device_number
                    """, arguments: [row["number"] as Int64])
            return GroupRecord(
                id: id, key: key, configuration: configuration, members: members.map { Array($0) }, counter: counter)
        }
    }

    private static func sql(_ table: String, _ kind: String) -> String {
        """
        SELECT number, \(table).id, key, profile, algorithms, counter_window, confirmed, unanswered FROM \(table)
        LEFT JOIN counters ON kind = '\(kind)' AND counters.id = \(table).id WHERE generation > ? ORDER BY number
        """
    }

    private func damaged(_ id: [UInt8]) -> StoreFailure {
        .damaged(path: path, reason: "the row of \(Hex.encoded(id)) does not open under the master key")
    }
}

extension CounterState {
    /// From `confirmed` and `unanswered`; both NULL where nothing was paged yet.
    fileprivate init?(_ row: Row) {
        guard let confirmed = row["confirmed"] as Int? else {
            self.init()
            return
        }
        guard let confirmed = UInt32(exactly: confirmed), let unanswered = row["unanswered"] as Int?, unanswered >= 0
        else { return nil }
        self.init(confirmed: confirmed, unanswered: unanswered)
    }
}
