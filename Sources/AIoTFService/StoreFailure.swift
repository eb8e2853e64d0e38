package import GRDB

/// Where the store cannot be used.
package enum StoreFailure: ServiceFailure, Equatable {
    case missing(path: String)
    case cannotOpen(path: String, reason: String)
    case noPermission(path: String)
    case notAStore(path: String)
    case otherSchema(path: String, found: Int, known: Int)
    case damaged(path: String, reason: String)
    case wrongKey(path: String)
    case locked(path: String)
    case inUse(path: String)
    case full(path: String)
    case inputOutput(path: String, reason: String)
    /// Memory was short, or another process was in the way.
    case passing(path: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let path): "no store \(path): provision devices first (`aiot-reader aiotf provision --help`)"
        case .cannotOpen(let path, let reason): "cannot open the store \(path) (\(reason)): its folder must exist"
        case .noPermission(let path):
            "no permission to write the store \(path): run this as its owner, who needs the folder as well"
        case .notAStore(let path): "\(path) is no store of an AIoTF: name another file, this one is left as it is"
        case .otherSchema(let path, let found, let known):
            found > known
                ? "\(path) was written by a newer version (schema \(found), known here: \(known)): use that version"
                : "\(path) was written by an older version (schema \(found), needed: \(known)): provision a new store"
        case .damaged(let path, let reason):
            "the store \(path) does not work (\(reason)): stop the service and restore the file from a backup"
        case .wrongKey(let path):
            "the master key is not the one that the store \(path) was made with: name its key file with --key-file"
        case .locked(let path): "another process is writing to the store \(path): try again when it is done"
        case .inUse(let path):
            "another AIoTF is serving the store \(path): stop it, or give this one a store of its own"
        case .full(let path): "no room to write the store \(path): free some on its disk"
        case .inputOutput(let path, let reason): "cannot read or write the store \(path) (\(reason)): check its disk"
        case .passing(let path, let reason):
            "the store \(path) could not be used just now (\(reason)): try again, with more memory where it is short"
        }
    }

    package var exitStatus: Int32 {
        switch self {
        case .missing, .cannotOpen: ExitStatus.noInput
        case .noPermission: ExitStatus.noPermission
        case .notAStore, .otherSchema, .damaged, .wrongKey: ExitStatus.configuration
        case .locked, .full, .inputOutput, .passing: ExitStatus.tryAgain
        case .inUse: ExitStatus.unavailable
        }
    }

    /// Whether the same may work later: what was to be written is kept and written again.
    package var mayPass: Bool { exitStatus == ExitStatus.tryAgain }

    package init(_ error: DatabaseError, path: String) {
        let reason = error.message ?? "\(error.resultCode.rawValue)"
        self =
            switch error.resultCode {
            case .SQLITE_NOTADB: .notAStore(path: path)
            case .SQLITE_CORRUPT: .damaged(path: path, reason: reason)
            case .SQLITE_BUSY, .SQLITE_LOCKED: .locked(path: path)
            case .SQLITE_FULL: .full(path: path)
            case .SQLITE_CANTOPEN: .cannotOpen(path: path, reason: reason)
            case .SQLITE_READONLY, .SQLITE_PERM: .noPermission(path: path)
            case .SQLITE_IOERR: .inputOutput(path: path, reason: reason)
            case .SQLITE_NOMEM, .SQLITE_PROTOCOL, .SQLITE_INTERRUPT: .passing(path: path, reason: reason)
            default: .damaged(path: path, reason: reason)
            }
    }
}
