import Glibc

/// The other end of a control socket: sends lines and reads what is told.
package struct ControlClient: ~Copyable {
    package let path: String
    private let service: ControlledService
    private let descriptor: Int32
    private var octets: [UInt8] = []
    /// Octets before this one have been looked through for a line end.
    private var searched = 0

    /// Octets of an answer's line at most.
    private static let largestAnswer = 16 * 1_024 * 1_024
    /// Seconds that what is sent may wait to be taken in.
    private static let sendSeconds = 10

    /// - Throws: `ControlSocketFailure` where the service does not listen at `path`.
    package init(path: String, service: ControlledService) throws(ControlSocketFailure) {
        self.path = path
        self.service = service
        descriptor = try ControlSocketFile.connected(path, to: service)
        var time = timeval(tv_sec: Self.sendSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(descriptor) }

    /// Sends a line; its end is put behind it.
    package func send(line: String) throws(ControlSocketFailure) { try send(Array((line + "\n").utf8)) }

    /// Nothing more is sent; what is told still comes.
    package func endOfRequests() { shutdown(descriptor, Int32(SHUT_WR)) }

    package func send(_ octets: [UInt8]) throws(ControlSocketFailure) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ControlSocketFailure(errno: errno, path: path, service: service) }
            rest = rest.dropFirst(count)
        }
    }

    /// The next line.
    /// - Parameter milliseconds: how long to wait for it, for ever where negative.
    /// - Returns: `.timeOut` when that time is over, `.end` when all is said.
    package mutating func line(within milliseconds: Int32) throws(ControlSocketFailure) -> Answer {
        while true {
            if let end = octets[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer {
                    octets.removeFirst(end + 1)
                    searched = 0
                }
                return .line(String(decoding: octets[..<end], as: UTF8.self))
            }
            searched = octets.count
            guard searched <= Self.largestAnswer else { throw failure(.silent) }
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            switch poll(&watched, 1, milliseconds) {
            case 0: return .timeOut
            case ..<0 where errno == EINTR: continue
            default: break
            }
            var part = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return .end }
            octets += part.prefix(count)
        }
    }

    package func failure(_ reason: ControlSocketFailure.Reason) -> ControlSocketFailure {
        ControlSocketFailure(reason, path: path, service: service)
    }

    package enum Answer: Equatable, Sendable {
        case line(String)
        case timeOut
        case end
    }
}
