import Glibc

/// Why a trace cannot be written, and what to do about it.
package struct TraceFileFailure: Error, Hashable, CustomStringConvertible {
    package var path: String
    /// `errno`; nil: the limit of a file that cannot be begun anew is reached.
    package var code: Int32?

    package var isPermission: Bool { code == EACCES || code == EPERM || code == EROFS }

    package var description: String {
        guard let code else { return "\(path): the limit of the trace is reached: give it a larger limit-octets" }
        return "\(path): the trace cannot be written: \(String(cString: strerror(code))): \(remedy)"
    }

    private var remedy: String {
        switch code {
        case EACCES, EPERM, EROFS: "name a file where the user of this service may write"
        case ENOENT, ENOTDIR, EISDIR: "name a file in a folder that exists"
        case ENOSPC, EDQUOT, EFBIG: "make room on that disk, or give the trace a smaller limit-octets, and start anew"
        case ENXIO: "start whatever reads that pipe first, or name a file"
        default: "look at that disk, or name another file"
        }
    }
}
