import Glibc

/// Why a control socket cannot be had, or not be reached.
package struct ControlSocketFailure: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let reason: Reason
    private let service: ControlledService

    package enum Reason: Equatable, Sendable {
        case inUse
        case notASocket
        case pathTooLong
        case nobodyListens
        case noPermission
        case ended
        /// It takes nothing more in, or says more than 16 MiB on one line.
        case silent
        case other(String)
    }

    package init(_ reason: Reason, path: String, service: ControlledService) {
        self.path = path
        self.reason = reason
        self.service = service
    }

    init(errno code: Int32, path: String, service: ControlledService) {
        let reason: Reason =
            switch code {
            case EADDRINUSE: .inUse
            case ENOENT, ECONNREFUSED: .nobodyListens
            case EACCES, EPERM, EROFS: .noPermission
            case EPIPE, ECONNRESET: .ended
            case EAGAIN: .silent
            default: .other(String(cString: strerror(code)))
            }
        self.init(reason, path: path, service: service)
    }

    package var description: String {
        let name = service.name
        return switch reason {
        case .inUse: "another \(name) listens at the control socket \(path): stop it, or name another path"
        case .notASocket: "\(path) is a file that is no socket: remove it, or name another path for the control socket"
        case .pathTooLong: "the path of the control socket is too long (107 octets at most): \(path)"
        case .nobodyListens:
            "no \(name) is there at the control socket \(path): start it with "
                + "`\(service.start.replacing("PATH", with: path))`"
        case .noPermission: "no permission for the control socket \(path): join its group, or take a folder of your own"
        case .ended: "the \(name) at \(path) has ended: \(service.afterwards)"
        case .silent: "what listens at \(path) does not answer as a \(name) does: look at its log, or restart it"
        case .other(let text): "the control socket \(path) cannot be used (\(text)): check that its folder is there"
        }
    }

    /// Of `spec/5`.
    package var exitStatus: Int32 {
        switch reason {
        case .inUse, .nobodyListens, .ended, .silent: 69
        case .noPermission: 77
        case .notASocket, .pathTooLong, .other: 78
        }
    }
}
