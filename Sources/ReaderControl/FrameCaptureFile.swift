import Glibc

/// A new file that grows by whole blocks; used by one thread at a time.
struct FrameCaptureFile: ~Copyable {
    private let descriptor: CInt
    private let path: String
    private(set) var octets = 0

    /// - Throws: where it exists already, or cannot be made.
    init(path: String) throws(CaptureFailure) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o640)
        self.path = path
        guard descriptor >= 0 else { throw CaptureFailure(errno: errno, path: path) }
    }

    deinit { close(descriptor) }

    /// Appends all of `block`, or nothing of it.
    mutating func append(_ block: [UInt8]) throws(CaptureFailure) {
        var done = 0
        while done < block.count {
            let count = block.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done) }
            if count > 0 {
                done += count
            } else if count == 0 || errno != EINTR {
                // A file system that takes nothing and gives no reason is full.
                let failure = CaptureFailure(errno: count == 0 ? ENOSPC : errno, path: path)
                if ftruncate(descriptor, off_t(octets)) == 0 { lseek(descriptor, off_t(octets), SEEK_SET) }
                throw failure
            }
        }
        octets += block.count
    }
}
