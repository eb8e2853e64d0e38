import Glibc
import Synchronization

/// Lines on standard error, each in one piece.
enum StandardError {
    private static let lock = Mutex(())

    static func write(_ line: String) {
        let octets = Array((line + "\n").utf8)
        lock.withLock { _ in
            var sent = 0
            while sent < octets.count {
                let count = octets[sent...].withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                sent += count
            }
        }
    }
}
