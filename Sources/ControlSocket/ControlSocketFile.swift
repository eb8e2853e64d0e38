import CoreLink
import Glibc

/// The file of a control socket.
enum ControlSocketFile {
    /// Listens there; owner and group may connect, others not. The socket of a service that has died is replaced.
    static func claim(
        _ path: String, for service: ControlledService
    ) throws(ControlSocketFailure) -> UnixSocketFile {
        do {
            return try UnixSocketFile.claim(path, mode: 0o660)
        } catch {
            let reason: ControlSocketFailure.Reason
            switch error {
            case .inUse: reason = .inUse
            case .notASocket: reason = .notASocket
            case .pathTooLong: reason = .pathTooLong
            case .system(ENOENT): reason = .other(String(cString: strerror(ENOENT)))
            case .system(let code): throw ControlSocketFailure(errno: code, path: path, service: service)
            }
            throw ControlSocketFailure(reason, path: path, service: service)
        }
    }

    /// A descriptor connected to whoever listens there.
    static func connected(_ path: String, to service: ControlledService) throws(ControlSocketFailure) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ControlSocketFailure(.pathTooLong, path: path, service: service)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ControlSocketFailure(errno: errno, path: path, service: service) }
        let status = withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw ControlSocketFailure(errno: code, path: path, service: service)
        }
        return descriptor
    }
}
