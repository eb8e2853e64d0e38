import AIoTBase
package import AIoTF
import AIoTSecurity
import Foundation
import GRDB
import NGAP

extension DeviceStore {
    /// Writes what a batch of actions wants durable, in one transaction; where nothing is to be written, none.
    ///
    /// No counter is written for a key that has been replaced since `generation`: it was that of the old key.
    /// - Parameter generation: of the devices and groups that the actions were decided with.
    /// - Throws: `StoreFailure`; nothing of the batch is written then.
    package func commit(_ batch: [AIoTFAction], decidedWith generation: Int = .max) throws {
        let durable = batch.filter(\.isDurable)
        guard !durable.isEmpty else { return }
        try transaction { db in
            let current = try Int.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'generation'") ?? 0
            let writer = ActionWriter(db: db, generation: generation, isBehind: current > generation)
            for action in durable { try writer.write(action) }
        }
    }

    /// Finished orders that are kept.
    static let ordersKept: Int64 = 10_000
}

extension AIoTFAction {
    /// Whether a store has to take it before what follows may leave.
    var isDurable: Bool {
        switch self {
        case .persist, .result: true
        // An order that was refused has not been opened, and its number is given again.
        case .finished(_, let summary): summary.refusal == nil
        case .send, .close: false
        }
    }
}

private struct ActionWriter {
    let db: Database
    /// What the actions were decided with.
    let generation: Int
    /// Something was provisioned since then.
    let isBehind: Bool

    func write(_ action: AIoTFAction) throws {
        switch action {
        case .persist(let change): try write(change)
        case .result(let order, let result): try write(result, Int64(clamping: order))
        case .finished(let order, let summary): try write(summary, Int64(clamping: order))
        case .send, .close: break
        }
    }

    private func write(_ change: PersistentChange) throws {
        switch change {
        case .deviceCounter(let id, let counter): try write(counter, of: .device(id))
        case .groupCounter(let id, let counter): try write(counter, of: .group(id))
        case .correlation(let value):
            try execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('last correlation', ?)", [value])
        case .orderOpened(let id, let order): try open(order, Int64(clamping: id))
        case .request(let request): try write(request)
        case .session(let session):
            try execute(
                """
                INSERT OR REPLACE INTO sessions (correlation, ran_device_id, device_id, nonce1, nonce2)
                VALUES (?, ?, ?, ?, ?)
                """,
                [
                    session.correlation, Int64(session.ranDeviceNGAPID), Data(session.deviceID),
                    Data(session.nonce1.octets), Data(session.nonce2.octets),
                ])
        case .pending(let order, let device):
            try execute(
                """
                INSERT OR REPLACE INTO pending (order_id, device_id, authenticated, command_has_left)
                VALUES (?, ?, ?, ?)
                """,
                [Int64(clamping: order), Data(device.deviceID), device.authenticated, device.commandHasLeft])
        case .requestEnded(let correlation): try endRequest(correlation)
        }
    }

    private func write(_ counter: CounterState, of target: InventoryTarget) throws {
        guard let id = target.storedID, try !isReplaced(target) else { return }
        try StoreSQL.write(counter, kind: target.storedKind, id: id, db)
    }

    /// Whether the key of a target is another than the one that was decided with.
    private func isReplaced(_ target: InventoryTarget) throws -> Bool {
        guard isBehind, let id = target.storedID else { return false }
        let sql = "SELECT key_generation > ? FROM \(target.storedKind)s WHERE id = ?"
        return try Bool.fetchOne(db, sql: sql, arguments: [generation, id]) ?? false
    }

    private func open(_ order: InventoryOrder, _ id: Int64) throws {
        try execute(
            "INSERT INTO orders (id, target, target_id, command, scope) VALUES (?, ?, ?, ?, ?)",
            [
                id, order.target.storedKind, order.target.storedID, try order.command.map { Data(try $0.plaintext()) },
                order.scope.stored,
            ])
        try execute(
            "DELETE FROM orders WHERE id <= ? AND finished = 1 AND id NOT IN (SELECT order_id FROM requests)",
            [id - DeviceStore.ordersKept])
    }

    private func write(_ request: StoredRequest) throws {
        let gnb = request.reader.globalGNBID
        let counter = try isReplaced(request.target) ? nil : request.counter
        try endRequest(request.correlation)
        try execute(
            """
            INSERT INTO requests (correlation, order_id, plmn, gnb_id, gnb_bits, reader_name, nonce1, target, target_id,
            counter, has_follow_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                request.correlation, Int64(clamping: request.orderID), Data(gnb.plmn), Int64(gnb.gnbID),
                gnb.bitLength, request.reader.name, Data(request.nonce1.octets),
                request.target.storedKind, request.target.storedID, counter.map { Int64($0) },
                request.hasFollowOn,
            ])
    }

    private func endRequest(_ correlation: Int) throws {
        try execute("DELETE FROM sessions WHERE correlation = ?", [correlation])
        try execute("DELETE FROM requests WHERE correlation = ?", [correlation])
    }

    /// A device is told once in an order: what comes again changes nothing.
    private func write(_ result: DeviceResult, _ order: Int64) throws {
        let device = Data(result.deviceID)
        try execute(
            """
            INSERT INTO results (order_id, device_id, authenticated, command_status, command_data)
            VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [order, device, result.authenticated, result.command?.storedStatus, result.command?.storedData])
        try execute("DELETE FROM pending WHERE order_id = ? AND device_id = ?", [order, device])
        try execute("DELETE FROM missing WHERE order_id = ? AND device_id = ?", [order, device])
    }

    private func write(_ summary: InventorySummary, _ order: Int64) throws {
        try execute("UPDATE orders SET finished = 1, requests = ? WHERE id = ?", [summary.requests, order])
        try execute("DELETE FROM pending WHERE order_id = ?", [order])
        for device in summary.missing {
            try execute("INSERT OR IGNORE INTO missing (order_id, device_id) VALUES (?, ?)", [order, Data(device)])
        }
        for reader in summary.failures {
            try execute(
                "INSERT INTO failures (order_id, gnb_id, name, cause) VALUES (?, ?, ?, ?)",
                [order, Int64(reader.gnbID), reader.name, reader.cause])
        }
    }

    private func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
