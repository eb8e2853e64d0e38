import Glibc

/// The file of a listening Unix socket.
struct UnixSocketFile: Sendable {
    private let path: String
    private let inode: ino_t

    /// Takes over the file at `path`, which was just made: owner and group may connect, others not.
    init(_ path: String) throws {
        var status = stat()
        guard chmod(path, 0o660) == 0, stat(path, &status) == 0 else {
            throw LinkError("cannot set the mode of unix:\(path) to 0660: take a folder of your own")
        }
        self.path = path
        inode = status.st_ino
    }

    /// Removes the file, unless somebody else's has taken its place.
    func remove() {
        var status = stat()
        if stat(path, &status) == 0, status.st_ino == inode { unlink(path) }
    }

    /// Makes `path` free: removes the socket of a dead server.
    ///
    /// - Throws: `LinkError` when a server lives there, or something that is no socket.
    static func clear(_ path: String) throws {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw LinkError("unix:\(path) is a file that is no socket: remove it, or take another path")
        }
        if isAlive(path) {
            throw LinkError("unix:\(path) is in use: stop the program that listens there, or take another path")
        }
        unlink(path)
    }

    /// Whether somebody accepts, or would if it were not so busy.
    private static func isAlive(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        let result = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        return result == 0 || errno != ECONNREFUSED
    }
}
