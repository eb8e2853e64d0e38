import Glibc

/// Tells the service manager how this process is (sd_notify(3)): lines like `READY=1` in one datagram to the socket that
/// $NOTIFY_SOCKET names. Without a service manager it does nothing.
package struct ServiceNotifier: Sendable {
    private let address: String?

    /// - Parameter address: a path, or `@name` for an abstract socket; nil: nobody listens.
    package init(address: String?) {
        self.address = address
    }

    /// The one that this process was started with.
    package static var fromEnvironment: ServiceNotifier {
        ServiceNotifier(address: environment("NOTIFY_SOCKET"))
    }

    package func tell(_ notice: ServiceNotice) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        send(notice.text(atMicroseconds: Int64(now.tv_sec) &* 1_000_000 &+ Int64(now.tv_nsec) / 1_000))
    }

    package func ready(status: String) { tell(.ready(status: status)) }
    package func stopping() { tell(.stopping) }
    package func status(_ text: String) { tell(.status(text)) }
    /// A reload has begun; `ready` ends it.
    package func reloading() { tell(.reloading) }

    /// Lost where nobody reads: a service manager that is gone must not hold up the service.
    private func send(_ message: String) {
        guard let address else { return }
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var path = Array(address.utf8)
        let capacity = MemoryLayout.size(ofValue: target.sun_path)
        guard path.first == UInt8(ascii: "/") || path.first == UInt8(ascii: "@"), path.count < capacity else { return }
        if path[0] == UInt8(ascii: "@") { path[0] = 0 }
        withUnsafeMutableBytes(of: &target.sun_path) { $0.copyBytes(from: path) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count)
        let octets = Array(message.utf8)
        _ = withUnsafePointer(to: &target) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                sendto(descriptor, octets, octets.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT), generic, length)
            }
        }
    }
}
