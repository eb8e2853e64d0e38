import AIoTF
package import AIoTSecurity
import Foundation
import GRDB

extension DeviceStore {
    /// Adds devices and groups in one transaction; a server that runs on this store notices.
    ///
    /// A device that is replaced keeps its counter while its key stays: with another key it begins anew.
    /// - Parameter replaces: takes new values for what is there already; else that is refused.
    /// - Throws: `ProvisioningFailure`, `StoreFailure`.
    package func provision(_ new: Provisioning, replaces: Bool) throws {
        try new.check()
        // Sealing takes longest: it is done before other writers are kept waiting.
        let deviceKeys = try new.devices.map { try masterKey.seal($0.key, of: .device($0.id)) }
        let groupKeys = try new.groups.map { try masterKey.seal($0.key, of: .group($0.id)) }
        try transaction { [masterKey] db in
            var writer = try ProvisioningWriter(db, masterKey: masterKey, replaces: replaces)
            for (device, key) in zip(new.devices, deviceKeys) { try writer.add(device, sealedKey: key) }
            for (group, key) in zip(new.groups, groupKeys) { try writer.add(group, sealedKey: key) }
            for joining in new.joining { try writer.join(joining) }
            try writer.checkMembers()
        }
    }

    /// The configuration of a device, for a group to be made of it.
    package func configuration(ofDevice id: [UInt8]) throws -> SecurityConfiguration? {
        try read { db in
            let sql = "SELECT profile, algorithms, counter_window FROM devices WHERE id = ?"
            return try Row.fetchOne(db, sql: sql, arguments: [Data(id)]).flatMap { SecurityConfiguration($0) }
        }
    }
}

/// Writes devices and groups inside a transaction, with statements prepared once.
private struct ProvisioningWriter {
    let db: Database
    let masterKey: MasterKey
    let replaces: Bool
    let generation: Int
    private var deviceNumbers: [[UInt8]: Int64] = [:]
    private var groupNumbers: [[UInt8]: Int64] = [:]

    init(_ db: Database, masterKey: MasterKey, replaces: Bool) throws {
        self.db = db
        self.masterKey = masterKey
        self.replaces = replaces
        try db.execute(sql: "UPDATE meta SET value = value + 1 WHERE name = 'generation'")
        generation = try Int.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'generation'") ?? 0
    }

    mutating func add(_ device: DeviceRecord, sealedKey: Data) throws {
        let number = try write(
            .device, device.id, .device(device.id), device.key, sealedKey, device.configuration, device.counter)
        deviceNumbers[device.id] = number
    }

    mutating func add(_ group: GroupRecord, sealedKey: Data) throws {
        let number = try write(
            .group, group.id, .group(group.id), group.key, sealedKey, group.configuration, group.counter)
        groupNumbers[group.id] = number
        try db.cachedStatement(sql: "DELETE FROM members WHERE group_number = ?").execute(arguments: [number])
        for member in group.members { try join(.init(device: member, group: group.id)) }
    }

    mutating func join(_ joining: Provisioning.Joining) throws {
        guard let group = try number(of: joining.group, "groups", &groupNumbers) else {
            throw ProvisioningFailure(.group, joining.group, .registry(.unknownGroup(joining.group)))
        }
        guard let device = try number(of: joining.device, "devices", &deviceNumbers) else {
            throw ProvisioningFailure(.device, joining.device, .registry(.unknownDevice(joining.device)))
        }
        try db.cachedStatement(sql: "INSERT OR IGNORE INTO members (group_number, device_number) VALUES (?, ?)")
            .execute(arguments: [group, device])
        try db.cachedStatement(sql: "UPDATE groups SET generation = ? WHERE number = ? AND generation <> ?")
            .execute(arguments: [generation, group, generation])
    }

    /// A member has its group's configuration, as do those that were there before.
    func checkMembers() throws {
        let stray = try Data.fetchOne(
            db,
            sql: """
                SELECT devices.id FROM groups JOIN members ON group_number = groups.number
                JOIN devices ON devices.number = device_number
                WHERE (groups.generation = ?1 OR devices.generation = ?1) AND (devices.profile <> groups.profile
                OR devices.algorithms <> groups.algorithms OR devices.counter_window <> groups.counter_window) LIMIT 1
                """, arguments: [generation])
        guard let stray else { return }
        throw ProvisioningFailure(.device, Array(stray), .registry(.otherConfiguration(Array(stray))))
    }

    /// - Returns: the number of the row.
    private func write(
        _ kind: ProvisioningFailure.Kind, _ id: [UInt8], _ owner: KeyOwner, _ key: SecretKey, _ sealedKey: Data,
        _ configuration: SecurityConfiguration, _ counter: CounterState
    ) throws -> Int64 {
        let table = "\(kind.rawValue)s"
        let place = Data(id)
        let old = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT number, key FROM \(table) WHERE id = ?"), arguments: [place])
        guard let old else {
            try db.cachedStatement(
                sql: """
                    INSERT INTO \(table) (id, key, profile, algorithms, counter_window, generation,
                    key_generation) VALUES (?, ?, ?, ?, ?, ?, ?)
                    """
            ).execute(arguments: [place, sealedKey] + configuration.columns + [generation, generation])
            let number = db.lastInsertedRowID
            try write(counter, kind, place)
            return number
        }
        guard replaces else { throw ProvisioningFailure(kind, id, .exists) }
        let number: Int64 = old["number"]
        try db.cachedStatement(
            sql: """
                UPDATE \(table) SET key = ?, profile = ?, algorithms = ?, counter_window = ?, generation = ?
                WHERE number = ?
                """
        ).execute(arguments: [sealedKey] + configuration.columns + [generation, number])
        if masterKey.open(old["key"], of: owner) != key {
            try beginAnew(kind, place, table)
            try write(counter, kind, place)
        }
        return number
    }

    /// What was paged under another key says nothing of the counter of this one.
    private func beginAnew(_ kind: ProvisioningFailure.Kind, _ id: Data, _ table: String) throws {
        try db.cachedStatement(sql: "UPDATE \(table) SET key_generation = ? WHERE id = ?")
            .execute(arguments: [generation, id])
        try db.cachedStatement(sql: "DELETE FROM counters WHERE kind = ? AND id = ?")
            .execute(arguments: [kind.rawValue, id])
        try db.cachedStatement(sql: "UPDATE requests SET counter = NULL WHERE target = ? AND target_id = ?")
            .execute(arguments: [kind.rawValue, id])
    }

    /// A counter that is not written is one that has not been paged.
    private func write(_ counter: CounterState, _ kind: ProvisioningFailure.Kind, _ id: Data) throws {
        guard counter != CounterState() else { return }
        try StoreSQL.write(counter, kind: kind.rawValue, id: id, db)
    }

    private func number(of id: [UInt8], _ table: String, _ known: inout [[UInt8]: Int64]) throws -> Int64? {
        if let number = known[id] { return number }
        let found = try Int64.fetchOne(
            db.cachedStatement(sql: "SELECT number FROM \(table) WHERE id = ?"), arguments: [Data(id)])
        if let found { known[id] = found }
        return found
    }
}
