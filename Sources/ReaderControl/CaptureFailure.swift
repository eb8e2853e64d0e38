import Glibc

/// Why a capture cannot be made or goes no further; the text says what to do.
package struct CaptureFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }

    init(errno code: CInt, path: String) {
        let reason = String(cString: strerror(code))
        let remedy =
            switch code {
            case EEXIST: "take another name, or move that file away"
            case ENOSPC, EDQUOT, EFBIG: "free space, or give a lower limit"
            case EACCES, EPERM, EROFS: "name a folder in record.folder that the user of this service may write to"
            case ENOENT: "make the folder first"
            default: "name another folder in record.folder"
            }
        description = "\(path): \(reason): \(remedy)"
    }
}
