import Glibc

/// Keeps a second AIoTF off a store: held until the process ends, however it ends.
package struct StoreLock: ~Copyable, Sendable {
    private let descriptor: Int32

    /// - Parameter path: the store; the lock is on a file beside it, as SQLite uses locks on the store itself.
    package init(store path: String) throws(StoreFailure) {
        descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            switch errno {
            case EACCES, EPERM, EROFS: throw .noPermission(path: path)
            default: throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
            }
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: path)
        }
    }

    deinit { close(descriptor) }
}
