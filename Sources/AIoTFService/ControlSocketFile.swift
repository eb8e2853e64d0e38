import CoreLink
import Glibc

/// Why the control socket cannot be had, or not be reached.
package struct ControlSocketFailure: ServiceFailure, Equatable {
    package let path: String
    package let reason: Reason

    package enum Reason: Equatable, Sendable {
        case inUse
        case notASocket
        case pathTooLong
        case nobodyListens
        case noPermission
        case ended
        case other(String)
    }

    /// The AIoTF went away before it had said all.
    package static func ended(path: String) -> Self { Self(path: path, .ended) }

    init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    init(path: String, errno code: Int32) {
        self.path = path
        reason =
            switch code {
            case EADDRINUSE: .inUse
            case ENOENT, ECONNREFUSED: .nobodyListens
            case EACCES, EPERM, EROFS: .noPermission
            default: .other(String(cString: strerror(code)))
            }
    }

    package var description: String {
        switch reason {
        case .inUse: "another AIoTF listens at the control socket \(path): stop it, or name another path"
        case .notASocket: "\(path) is a file that is no socket: remove it, or name another path for the control socket"
        case .pathTooLong: "the path of the control socket is too long (107 octets at most): \(path)"
        case .nobodyListens:
            "no AIoTF is there at the control socket \(path): start it with `aiot-reader aiotf --control \(path) ...`"
        case .noPermission: "no permission for the control socket \(path): join its group, or take a folder of your own"
        case .ended: "the AIoTF at \(path) has ended: what it has taken is kept, see `aiot-reader aiotf results`"
        case .other(let text): "the control socket \(path) cannot be used (\(text)): check that its folder is there"
        }
    }

    package var exitStatus: Int32 {
        switch reason {
        case .inUse, .nobodyListens, .ended: ExitStatus.unavailable
        case .noPermission: ExitStatus.noPermission
        case .notASocket, .pathTooLong, .other: ExitStatus.configuration
        }
    }
}

/// The file of the control socket.
enum ControlSocketFile {
    /// Listens there; owner and group may connect, others not. The socket of an AIoTF that has died is replaced.
    static func claim(_ path: String) throws(ControlSocketFailure) -> UnixSocketFile {
        do {
            return try UnixSocketFile.claim(path, mode: 0o660)
        } catch {
            switch error {
            case .inUse: throw ControlSocketFailure(path: path, .inUse)
            case .notASocket: throw ControlSocketFailure(path: path, .notASocket)
            case .pathTooLong: throw ControlSocketFailure(path: path, .pathTooLong)
            case .system(ENOENT): throw ControlSocketFailure(path: path, .other(String(cString: strerror(ENOENT))))
            case .system(let code): throw ControlSocketFailure(path: path, errno: code)
            }
        }
    }

    /// A descriptor connected to whoever listens there.
    static func connected(_ path: String) throws(ControlSocketFailure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ControlSocketFailure(path: path, .pathTooLong)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ControlSocketFailure(path: path, errno: errno) }
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw ControlSocketFailure(path: path, errno: code)
        }
        return descriptor
    }
}
