import Glibc
import Synchronization

/// The datagram socket of journald. It is found by its path at each line, so a journald that starts anew is found again.
package final class JournalSocket: Sendable {
    private let path: String
    /// -1: not there.
    private let descriptor: Int32

    package init(path: String = "/run/systemd/journal/socket") {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var size: Int32 = 1_048_576
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends an entry, without waiting.
    /// - Returns: whether journald has it; not where it is away, its queue is full, or the entry is too large.
    package func send(_ entry: [UInt8]) -> Bool {
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        guard descriptor >= 0, octets.count < MemoryLayout.size(ofValue: target.sun_path) else { return false }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count + 1)
        let sent = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                sendto(descriptor, entry, entry.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), generic, length)
            }
        }
        return sent == entry.count
    }

    /// Whether standard error is a stream of the journal: $JOURNAL_STREAM names its device and inode (systemd.exec(5)).
    package static var isStandardError: Bool {
        guard let value = getenv("JOURNAL_STREAM") else { return false }
        var facts = stat()
        guard fstat(STDERR_FILENO, &facts) == 0 else { return false }
        return String(cString: value) == "\(facts.st_dev):\(facts.st_ino)"
    }
}
