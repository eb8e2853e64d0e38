import Glibc

/// A Unix socket that this process listens at, and its file.
package struct UnixSocketFile: Sendable {
    /// The socket, which listens, does not block, and belongs to whoever serves it.
    package let descriptor: CInt
    private let path: String
    private let identity: Identity

    /// What stays the same while a file is the same.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t
        let isSocket: Bool

        /// Of the file at `path` now; nil where there is none.
        init?(_ path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
            isSocket = status.st_mode & S_IFMT == S_IFSOCK
        }
    }

    /// Listens at `path`, where the socket of a dead server is replaced. Nobody can connect before its file has `mode`.
    package static func claim(_ path: String, mode: UInt32) throws(UnixSocketFailure) -> UnixSocketFile {
        try clear(path)
        let descriptor = try openSocket()
        do throws(UnixSocketFailure) {
            guard try Self.call(bind, descriptor, path) == 0, chmod(path, mode) == 0 else { throw .system(errno) }
            guard let identity = Identity(path) else { throw .system(errno) }
            guard listen(descriptor, 256) == 0 else { throw .system(errno) }
            // Whoever starts at the same moment may have taken it for dead before it listened.
            guard identity == Identity(path) else { throw .inUse }
            return UnixSocketFile(descriptor: descriptor, path: path, identity: identity)
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Removes the file, unless another has taken its place; to be called before the socket is closed, since a file that
    /// comes after that may be given the same number.
    package func release() {
        if Identity(path) == identity { unlink(path) }
    }

    /// Makes `path` free where nobody lives there any more.
    private static func clear(_ path: String) throws(UnixSocketFailure) {
        guard let found = Identity(path) else { return }
        guard found.isSocket else { throw .notASocket }
        guard try isDead(path) else { throw .inUse }
        // By now a new server may be there.
        guard found == Identity(path) else { throw .inUse }
        unlink(path)
    }

    /// Whether nobody accepts there, nor would if it were not so busy.
    private static func isDead(_ path: String) throws(UnixSocketFailure) -> Bool {
        let descriptor = try openSocket()
        defer { close(descriptor) }
        guard try call(connect, descriptor, path) != 0 else { return false }
        switch errno {
        case ECONNREFUSED: return true
        case EACCES, EPERM: throw .system(errno)
        default: return false
        }
    }

    private static func openSocket() throws(UnixSocketFailure) -> CInt {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .system(errno) }
        return descriptor
    }

    private static func call(
        _ function: (CInt, UnsafePointer<sockaddr>?, socklen_t) -> CInt, _ descriptor: CInt, _ path: String
    ) throws(UnixSocketFailure) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // The last octet stays zero.
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .pathTooLong }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                function(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Why a Unix socket cannot be had; its user names the path and the remedy.
package enum UnixSocketFailure: Error, Hashable, Sendable {
    /// Another server lives there.
    case inUse
    /// A file is there that is no socket.
    case notASocket
    /// More than 107 octets.
    case pathTooLong
    /// An error of the system: its errno.
    case system(CInt)
}
