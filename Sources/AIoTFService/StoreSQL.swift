import AIoTF
import AIoTSecurity
import Foundation
import GRDB

/// What several parts of the store write and read alike.
enum StoreSQL {
    static func write(_ counter: CounterState, kind: String, id: Data, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO counters (kind, id, confirmed, unanswered) VALUES (?, ?, ?, ?) ON CONFLICT (kind, id)
                DO UPDATE SET confirmed = excluded.confirmed, unanswered = excluded.unanswered
                """
        ).execute(arguments: [kind, id, Int64(counter.confirmed), counter.unanswered])
    }
}

extension SecurityConfiguration {
    /// `profile`, `algorithms`, `counter_window`.
    var columns: StatementArguments { [Int(profile.rawValue), Int(algorithms.octet), Int64(counterWindow)] }

    /// `nil` where the row holds what no version has written.
    init?(_ row: Row) {
        guard let profile = UInt8(exactly: row["profile"] as Int), let octet = UInt8(exactly: row["algorithms"] as Int),
            let algorithms = SecurityAlgorithms(octet: octet),
            let window = UInt32(exactly: row["counter_window"] as Int)
        else { return nil }
        self.init(profile: SecurityProfile(rawValue: profile), algorithms: algorithms, counterWindow: window)
    }
}
