import Glibc

/// A file of the state directory that cannot be used.
package struct StateError: Error, CustomStringConvertible, Sendable {
    package var path: String
    package var what: String
    /// errno; 0 where none tells more.
    package var number: Int32

    package var isPermission: Bool { number == EACCES || number == EPERM || number == EROFS }

    package var description: String {
        guard number != 0 else { return "\(path) \(what)" }
        let remedy =
            switch number {
            case EACCES, EPERM: ": give the user of this service the folder (chown), or name another state-directory"
            case ENOENT: ": make the folder, or name another state-directory"
            case ENOSPC, EDQUOT: ": make room on the disk"
            default: ""
            }
        return "\(path) \(what) (\(String(cString: strerror(number))))\(remedy)"
    }
}
