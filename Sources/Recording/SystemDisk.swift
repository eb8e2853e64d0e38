import Glibc

/// The files of the system.
package struct SystemDisk: RecordingDisk {
    /// Recordings hold IDs of devices: not for everybody.
    private static let mode: mode_t = 0o640

    package init() {}

    package func create(_ path: String) throws(RecordingFailure) -> any RecordingSink {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, Self.mode)
        guard descriptor >= 0 else { throw RecordingFailure(errno: errno, path: path) }
        return SystemFile(descriptor: descriptor, path: path)
    }

    package func replace(_ path: String, with octets: [UInt8]) throws(RecordingFailure) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, Self.mode)
        guard descriptor >= 0 else { throw RecordingFailure(errno: errno, path: draft) }
        let file = SystemFile(descriptor: descriptor, path: draft)
        defer { file.close() }
        var failure: RecordingFailure?
        octets.withUnsafeBytes { octets in
            do throws(RecordingFailure) { try file.write(octets) } catch { failure = error }
        }
        if failure == nil, rename(draft, path) != 0 { failure = RecordingFailure(errno: errno, path: path) }
        guard let failure else { return }
        unlink(draft)
        throw failure
    }

    package func remove(_ path: String) { unlink(path) }

    package func check(_ path: String) throws(RecordingFailure) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard access(folder, W_OK | X_OK) == 0 else { throw RecordingFailure(errno: errno, path: folder) }
    }
}

/// A file of the system that is appended to.
private final class SystemFile: RecordingSink {
    private let descriptor: CInt
    private let path: String

    init(descriptor: CInt, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    func write(_ octets: UnsafeRawBufferPointer) throws(RecordingFailure) {
        let start = lseek(descriptor, 0, SEEK_CUR)
        var done = 0
        while done < octets.count {
            let rest = UnsafeRawBufferPointer(rebasing: octets[done...])
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                // A file system that takes nothing and gives no reason is full.
                let failure = RecordingFailure(errno: count == 0 ? ENOSPC : errno, path: path)
                if start >= 0, ftruncate(descriptor, start) == 0 { lseek(descriptor, start, SEEK_SET) }
                throw failure
            }
        }
    }

    func close() { Glibc.close(descriptor) }
}

extension RecordingFailure {
    fileprivate init(errno code: CInt, path: String) {
        let reason = String(cString: strerror(code))
        switch code {
        case EEXIST: self.init(.exists, "\(path) exists: move it away, or record under another name")
        case ENOSPC, EDQUOT, EFBIG:
            self.init(.full, "\(path): \(reason): free space, record elsewhere, or set a lower limit")
        case EACCES, EPERM, EROFS:
            self.init(.denied, "\(path): \(reason): record to a folder that this user may write to")
        case ENOENT: self.init(.other, "\(path): \(reason): make the folder first")
        default: self.init(.other, "\(path): \(reason): record elsewhere")
        }
    }
}
