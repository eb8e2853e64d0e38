import Glibc

/// The other end of the control socket: sends a request and reads what is told.
package struct ControlClient: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var octets: [UInt8] = []

    /// - Throws: `ControlSocketFailure` where no AIoTF listens at `path`.
    package init(path: String) throws(ControlSocketFailure) {
        self.path = path
        descriptor = try ControlSocketFile.connected(path)
    }

    deinit { close(descriptor) }

    package func send(_ request: ControlRequest) throws(ControlSocketFailure) {
        try send(Array((request.line + "\n").utf8))
    }

    /// Nothing more is sent; what is told still comes.
    func endOfRequests() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ octets: [UInt8]) throws(ControlSocketFailure) {
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw ControlSocketFailure(path: path, errno: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// The next line.
    /// - Parameter milliseconds: how long to wait for it, for ever where negative.
    /// - Returns: nil when that time is over, or all is said.
    package mutating func line(within milliseconds: Int32) throws(ControlSocketFailure) -> Answer {
        while true {
            if let end = octets.firstIndex(of: UInt8(ascii: "\n")) {
                defer { octets.removeFirst(end + 1) }
                return .line(String(decoding: octets[..<end], as: UTF8.self))
            }
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

    package enum Answer: Equatable, Sendable {
        case line(String)
        case timeOut
        case end
    }
}
