import Foundation
import GRDB
import Glibc

/// What an AIoTF must not forget, in one SQLite file: devices and groups, counters, orders, results, and what its open
/// requests and sessions need. Keys are sealed under a master key.
///
/// WAL with `synchronous = FULL`: what `commit` has returned from survives a crash of process and machine.
package final class DeviceStore: Sendable {
    package let path: String
    let masterKey: MasterKey
    private let queue: DatabaseQueue

    /// How a store is opened.
    package enum Opening: Sendable {
        /// It must be there.
        case existing
        /// It is made where it is not there.
        case orNew
    }

    /// - Parameter lockTimeout: seconds to wait for another process that is writing.
    /// - Throws: `StoreFailure`.
    package init(path: String, masterKey: MasterKey, opening: Opening, lockTimeout: Double) throws {
        self.path = path
        self.masterKey = masterKey
        try Self.prepareFile(path, opening)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.busyMode = .timeout(lockTimeout)
        configuration.label = "store"
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
        } catch let error as DatabaseError {
            throw StoreFailure(error, path: path)
        }
        // Setting the journal mode lowers it.
        try access { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let isMade = try read { [path, masterKey] in try StoreSchema.isThere($0, path: path, masterKey: masterKey) }
        if !isMade {
            try transaction { [path, masterKey] in try StoreSchema.make($0, path: path, masterKey: masterKey) }
        }
    }

    /// SQLite would make the file readable by all; its log takes the mode of the file.
    private static func prepareFile(_ path: String, _ opening: Opening) throws(StoreFailure) {
        let flags = opening == .orNew ? O_RDWR | O_CREAT | O_CLOEXEC : O_RDWR | O_CLOEXEC
        let descriptor = Glibc.open(path, flags, 0o600)
        guard descriptor < 0 else {
            close(descriptor)
            return
        }
        switch errno {
        case EACCES, EPERM, EROFS: throw .noPermission(path: path)
        case ENOENT where opening == .existing: throw .missing(path: path)
        default: throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// One transaction: all of it or nothing.
    /// - Throws: `StoreFailure` for what the database throws; what `body` throws otherwise.
    func transaction<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
        do {
            return try queue.write(body)
        } catch let error as DatabaseError {
            throw StoreFailure(error, path: path)
        }
    }

    /// One view of the store, without a lock that would keep a writer waiting, or wait for one.
    /// - Throws: as `transaction`.
    func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
        do {
            return try queue.read(body)
        } catch let error as DatabaseError {
            throw StoreFailure(error, path: path)
        }
    }

    /// Without a transaction of its own.
    func access<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
        do {
            return try queue.writeWithoutTransaction(body)
        } catch let error as DatabaseError {
            throw StoreFailure(error, path: path)
        }
    }
}
